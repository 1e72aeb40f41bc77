import { ZERO_HASH } from '../../protocol/bytes.ts'
import type { Address, Hash } from '../../protocol/types.ts'
import { maskBucketsAbi } from '../abi/index.ts'
import { readContract } from '../actions/read-contract.ts'
import type { ReadOptions } from '../actions/read-contract.ts'
import type { Chain } from '../connect-chain.ts'

export interface ReadEpochParameters extends ReadOptions {
  maskBuckets: Address
  task: bigint
  /** `epochOf` a round number. */
  epoch: bigint
}

/** An epoch whose members are fixed. */
export interface Epoch {
  /** Timepoint of stakes and keys, unix seconds. */
  snapshot: number
  /** Number of the block whose randomness draws. */
  seedBlock: number
  /** What its buckets were drawn with; undefined until they are. */
  seed?: Hash
}

/** An epoch of a task with buckets; undefined if nobody opened it. Errors: those of `readContract`. */
export async function readEpoch(
  chain: Chain,
  { maskBuckets, task, epoch, ...options }: ReadEpochParameters,
): Promise<Epoch | undefined> {
  const reading = { ...options, address: maskBuckets, abi: maskBucketsAbi, functionName: 'epoch' } as const
  const doing = `read epoch ${epoch} of task ${task}`
  const { snapshot, seedBlock, seed } = await readContract(chain, { ...reading, args: [task, epoch], doing })
  return seedBlock === 0 ? undefined : { snapshot, seedBlock, ...(seed !== ZERO_HASH && { seed }) }
}
