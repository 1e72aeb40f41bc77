import { bucketTerms, epochOf } from '../../protocol/buckets/index.ts'
import type { DrawnBucket } from '../../protocol/buckets/index.ts'
import { lowerHex } from '../../protocol/bytes.ts'
import type { Address, TaskSpec } from '../../protocol/types.ts'
import { maskBucketsAbi } from '../abi/index.ts'
import { readContract } from '../actions/read-contract.ts'
import type { ReadOptions } from '../actions/read-contract.ts'
import { readMembers } from '../actions/read-members.ts'
import type { Chain } from '../connect-chain.ts'
import type { Contracts } from '../contracts.ts'
import { readEpoch } from './read-epoch.ts'

export interface ReadRoundBucketsParameters extends ReadOptions {
  maskBuckets: Address
  vault: Contracts['vault']
  task: bigint
  round: bigint
  spec: Pick<TaskSpec, 'committee'>
}

/**
 * The buckets of the epoch that a round number belongs to, in the order of the draw. Errors: those of `readContract` and `readMembers`.
 *
 * @returns undefined where they are not drawn, and for a task without buckets
 * @example const buckets = await readRoundBuckets(chain, { maskBuckets, vault, task, round, spec })
 */
export async function readRoundBuckets(
  chain: Chain,
  { maskBuckets, vault, task, round, spec, ...options }: ReadRoundBucketsParameters,
): Promise<DrawnBucket[] | undefined> {
  const terms = bucketTerms(spec)
  if (!terms) return undefined
  const number = epochOf(round, terms)
  const epoch = await readEpoch(chain, { ...options, maskBuckets, task, epoch: number })
  if (!epoch?.seed) return undefined
  const reading = { ...options, address: maskBuckets, abi: maskBucketsAbi, functionName: 'buckets' } as const
  const [packed, { members }] = await Promise.all([
    readContract(chain, { ...reading, args: [task, number], doing: `read the buckets of epoch ${number} of task ${task}` }),
    readMembers(chain, { ...options, vault, task, timepoint: epoch.snapshot }),
  ])
  const owners = new Map(members.map(({ member, slot }) => [slot, lowerHex(member)]))
  // 16 bits a member, the lowest slot in the lowest bits.
  return packed.map((bucket) =>
    Array.from({ length: terms.size }, (_, k) => owners.get(Number((bucket >> BigInt(16 * k)) & 0xffffn))!),
  )
}
