import type { Abi, ContractFunctionArgs, ContractFunctionName, ContractFunctionReturnType } from 'viem'
import type { Address, Hash, Hex } from '../../protocol/types.ts'
import type { Chain } from '../connect-chain.ts'
import { readBlockHeader } from '../events/block-header.ts'
import { rpcFailureOf } from '../rpc/rpc-failure-of.ts'
import { whenSeen } from '../rpc/when-seen.ts'
import { translateChainError } from '../translate-chain-error.ts'

/** What every action that reads accepts besides its own parameters. */
export interface ReadOptions {
  /** The state after this block; default the latest. Needs a node that keeps it. */
  blockNumber?: bigint
  /** The same block by its hash (EIP-1898), so that a back end on another branch cannot answer. Used where the RPC takes it. */
  blockHash?: Hash
  signal?: AbortSignal
}

type View = 'pure' | 'view'

/** Connections whose RPC refused a block hash as the block of a call, and took the number. */
const numbersOnly = new WeakSet<Chain['publicClient']>()

/**
 * A contract call with coded errors: the one way the actions of this folder read. With `blockNumber` or `blockHash` it waits for a back
 * end that has seen the block; without, the answer may be older than what another request has shown.
 */
export async function readContract<
  const abi extends Abi,
  name extends ContractFunctionName<abi, View>,
  const args extends ContractFunctionArgs<abi, View, name>,
>(
  chain: Chain,
  request: ReadOptions & {
    address: Address
    /** Creation code of a contract without state: the call goes to it, and not to the address, without deploying it. */
    code?: Hex
    abi: abi
    functionName: name
    args: args
    doing: string
  },
): Promise<ContractFunctionReturnType<abi, View, name, args>> {
  const { doing, signal, blockNumber, blockHash, address, code, abi, functionName, args } = request
  const { publicClient } = chain
  const target = code === undefined ? { address } : { code }
  // What was read of a block that a reorganisation replaced is of no use: the caller hears of the new one.
  const isGone = async (): Promise<boolean> => {
    if (blockNumber === undefined || blockHash === undefined) return false
    const header = await readBlockHeader(chain, blockNumber)
    return header !== undefined && header.hash !== blockHash
  }
  const ask = async (block: { blockHash: Hash } | { blockNumber?: bigint }) => {
    const call = () => publicClient.readContract({ ...target, abi, functionName, args, ...block } as never)
    return (await whenSeen(chain, call, signal, isGone)) as ContractFunctionReturnType<abi, View, name, args>
  }
  try {
    if (blockHash === undefined || (blockNumber !== undefined && numbersOnly.has(publicClient))) return await ask({ blockNumber })
    try {
      return await ask({ blockHash })
    } catch (error) {
      if (blockNumber === undefined || rpcFailureOf(error)?.failure !== 'refused' || (await isGone())) throw error
      const answer = await ask({ blockNumber })
      numbersOnly.add(publicClient)
      return answer
    }
  } catch (error) {
    throw translateChainError(error, { doing, rpcUrl: chain.rpcUrl, details: { address } })
  }
}
