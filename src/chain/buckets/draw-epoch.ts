import { fromRlp } from 'viem'
import { inDrawOrder } from '../../protocol/buckets/index.ts'
import type { Address, Hash, TaskSpec } from '../../protocol/types.ts'
import { maskBucketsAbi } from '../abi/index.ts'
import { readMembers } from '../actions/read-members.ts'
import { specTuple } from '../actions/spec-tuple.ts'
import type { Contracts } from '../contracts.ts'
import { readHeader } from '../headers/read-header.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../transactions/transaction-sender.ts'
import type { Epoch } from './read-epoch.ts'

export interface DrawEpochParameters extends WriteOptions, Pick<Epoch, 'snapshot' | 'seedBlock'> {
  maskBuckets: Address
  vault: Contracts['vault']
  task: bigint
  /** The one that was opened last. */
  epoch: bigint
  spec: TaskSpec
}

/** Place of the RANDAO mix in a header (EIP-4399). */
const MIX = 13

/**
 * Draws the buckets of an open epoch: brings the header of its block, and all members of its snapshot in the one order that the chain takes. Anyone may send it, once the block is mined.
 *
 * Errors: TRANSACTION_REVERTED with `EpochKnown` (somebody was faster), `BlockForgotten` (`openEpoch` opens it once more), `WrongHeader`; those of `readHeader`, `readMembers` and every write.
 *
 * @example await drawEpoch(sender, { maskBuckets, vault, task, epoch, spec, ...(await readEpoch(chain, { maskBuckets, task, epoch }))! })
 */
export async function drawEpoch(
  sender: TransactionSender,
  { maskBuckets, vault, task, epoch, spec, snapshot, seedBlock, signal }: DrawEpochParameters,
): Promise<TransactionResult> {
  const { chain } = sender
  const [header, { members }] = await Promise.all([
    readHeader(chain, { blockNumber: BigInt(seedBlock), ...(signal && { signal }) }),
    readMembers(chain, { vault, task, timepoint: snapshot, signal }),
  ])
  const seed = fromRlp(header, 'hex')[MIX] as Hash
  const ordered = inDrawOrder(
    { seed, task, epoch },
    members.map(({ member, stake }) => ({ member, weight: stake })),
  )
  const args = [task, specTuple(spec), header, ordered.map(({ member }) => member)] as const
  const write = { to: maskBuckets, abi: maskBucketsAbi, functionName: 'draw', signal } as const
  return sender.write({ ...write, args, doing: `draw the buckets of epoch ${epoch} of task ${task}` })
}
