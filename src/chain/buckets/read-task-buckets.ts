import { bucketTerms } from '../../protocol/buckets/index.ts'
import type { DrawnBucket } from '../../protocol/buckets/index.ts'
import { readTask } from '../actions/read-task.ts'
import type { Chain } from '../connect-chain.ts'
import type { Contracts } from '../contracts.ts'
import { readMaskBuckets } from './read-mask-buckets.ts'
import { readRoundBuckets } from './read-round-buckets.ts'
import type { ReadRoundBucketsParameters } from './read-round-buckets.ts'

export interface ReadTaskBucketsParameters extends Omit<ReadRoundBucketsParameters, 'maskBuckets'> {
  ledger: Contracts['ledger']
}

/**
 * `readRoundBuckets` of the contract that the judge of the task reads. Nothing is read for a task without buckets. Errors: those of `readTask` and `readRoundBuckets`.
 *
 * @returns undefined where they are not drawn, and for a task without buckets
 * @example const buckets = await readTaskBuckets(chain, { ledger, vault, task, round, spec })
 */
export async function readTaskBuckets(
  chain: Chain,
  { ledger, ...parameters }: ReadTaskBucketsParameters,
): Promise<DrawnBucket[] | undefined> {
  if (!bucketTerms(parameters.spec)) return undefined
  const { task, signal } = parameters
  const { judge } = await readTask(chain, { ledger, task, signal })
  const maskBuckets = await readMaskBuckets(chain, { judge, signal })
  return readRoundBuckets(chain, { ...parameters, maskBuckets })
}
