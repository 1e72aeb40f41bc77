import type { Address } from '../../protocol/types.ts'
import { bucketProofsAbi, fraudJudgeAbi } from '../abi/index.ts'
import { readContract } from '../actions/read-contract.ts'
import type { ReadOptions } from '../actions/read-contract.ts'
import type { Chain } from '../connect-chain.ts'

export interface ReadMaskBucketsParameters extends ReadOptions {
  /** The judge of the task. */
  judge: Address
}

/**
 * The contract that keeps the keys and draws the buckets of the tasks of a judge: the one that the judge reads. Errors: those of `readContract`.
 *
 * @example const maskBuckets = await readMaskBuckets(chain, { judge })
 */
export async function readMaskBuckets(chain: Chain, { judge, ...options }: ReadMaskBucketsParameters): Promise<Address> {
  const reading = { ...options, args: [], doing: 'find the draw of buckets' } as const
  const proofs = await readContract(chain, { ...reading, address: judge, abi: fraudJudgeAbi, functionName: 'bucketProofs' })
  return readContract(chain, { ...reading, address: proofs, abi: bucketProofsAbi, functionName: 'maskBuckets' })
}
