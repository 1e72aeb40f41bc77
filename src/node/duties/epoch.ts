import { drawEpoch, openEpoch, readCurrentRound, readEpoch, readMaskBuckets } from '../../chain/index.ts'
import type { Contracts, Epoch, TransactionResult, TransactionSender } from '../../chain/index.ts'
import { bucketTerms, epochOf } from '../../protocol/index.ts'
import type { Address, TaskSpec } from '../../protocol/index.ts'

/** The epoch of the number after the open one, as the chain has it. */
export interface NextEpoch {
  epoch: bigint
  /** Undefined until somebody opened it. */
  opened: Epoch | undefined
  /** Who has the seat; the zero address for nobody. */
  operator: Address
}

/** The duty of having the buckets of a task drawn: `EpochWatch` performs it. */
export interface EpochDuty {
  read: (signal: AbortSignal) => Promise<NextEpoch>
  /** Fixes the members of the epoch, and the block that draws. */
  open: (signal: AbortSignal) => Promise<Pick<TransactionResult, 'hash'>>
  /** Brings the header of that block, and the members in order. */
  draw: (epoch: bigint, opened: Epoch, signal: AbortSignal) => Promise<Pick<TransactionResult, 'hash'>>
}

/** Draws epochs with the transactions of one account. Undefined for a task without buckets. */
export function epochDrawing(
  sender: TransactionSender,
  {
    ledger,
    vault,
    judge,
    task,
    spec,
  }: Pick<Contracts, 'ledger' | 'vault'> & {
    /** The judge of the task. */
    judge: Address
    task: bigint
    spec: TaskSpec
  },
): EpochDuty | undefined {
  const terms = bucketTerms(spec)
  if (!terms) return undefined
  const { chain } = sender
  const drawOf = async (signal: AbortSignal): Promise<Address> => readMaskBuckets(chain, { judge, signal })
  return {
    async read(signal) {
      const [maskBuckets, { round, operator }] = await Promise.all([
        drawOf(signal),
        readCurrentRound(chain, { ledger, task, signal }),
      ])
      const epoch = epochOf(round + 1n, terms)
      return { epoch, operator, opened: await readEpoch(chain, { maskBuckets, task, epoch, signal }) }
    },
    open: async (signal) => openEpoch(sender, { maskBuckets: await drawOf(signal), task, spec, signal }),
    draw: async (epoch, opened, signal) =>
      drawEpoch(sender, { maskBuckets: await drawOf(signal), vault, task, epoch, spec, ...opened, signal }),
  }
}
