import type { Abi, ContractFunctionArgs, ContractFunctionName, ContractFunctionReturnType } from 'viem'
import type { Address, Hex } from '../../protocol/types.ts'
import type { Chain } from '../connect-chain.ts'
import { whenSeen } from '../rpc/when-seen.ts'
import { translateChainError } from '../translate-chain-error.ts'

/** What every action that reads accepts besides its own parameters. */
export interface ReadOptions {
  /** The state after this block; default the latest. Needs a node that keeps it. */
  blockNumber?: bigint
  signal?: AbortSignal
}

type View = 'pure' | 'view'

/**
 * A contract call with coded errors: the one way the actions of this folder read. With `blockNumber` it waits for a back end that has
 * seen the block; without, the answer may be older than what another request has shown.
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
  const { doing, signal, blockNumber, address, code, abi, functionName, args } = request
  try {
    const target = code === undefined ? { address } : { code }
    const ask = () => chain.publicClient.readContract({ ...target, abi, functionName, args, blockNumber } as never)
    return (await whenSeen(chain, ask, signal)) as ContractFunctionReturnType<abi, View, name, args>
  } catch (error) {
    throw translateChainError(error, { doing, rpcUrl: chain.rpcUrl, details: { address } })
  }
}
