import type { Abi, ContractFunctionArgs, ContractFunctionName, ContractFunctionReturnType } from 'viem'
import type { Address } from '../../protocol/types.ts'
import { abortable } from '../abortable.ts'
import type { Chain } from '../connect-chain.ts'
import { translateChainError } from '../translate-chain-error.ts'

/** What every action that reads accepts besides its own parameters. */
export interface ReadOptions {
  /** The state after this block; default the latest. Needs a node that keeps it. */
  blockNumber?: bigint
  signal?: AbortSignal
}

type View = 'pure' | 'view'

/** A contract call with coded errors: the one way the actions of this folder read. */
export async function readContract<
  const abi extends Abi,
  name extends ContractFunctionName<abi, View>,
  const args extends ContractFunctionArgs<abi, View, name>,
>(
  chain: Chain,
  request: ReadOptions & { address: Address; abi: abi; functionName: name; args: args; doing: string },
): Promise<ContractFunctionReturnType<abi, View, name, args>> {
  const { doing, signal, blockNumber, address, abi, functionName, args } = request
  try {
    const read = chain.publicClient.readContract({ address, abi, functionName, args, blockNumber } as never)
    return (await abortable(read, signal)) as ContractFunctionReturnType<abi, View, name, args>
  } catch (error) {
    throw translateChainError(error, { doing, rpcUrl: chain.rpcUrl, details: { address } })
  }
}
