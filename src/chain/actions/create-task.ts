import { parseEventLogs } from 'viem'
import type { Address, Hash } from '../../protocol/types.ts'
import type { Windows } from '../../protocol/round/index.ts'
import { roundLedgerAbi } from '../abi/index.ts'
import type { Contracts } from '../contracts.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../transactions/transaction-sender.ts'

export interface CreateTaskParameters extends WriteOptions {
  ledger: Contracts['ledger']
  /** `specHash(spec)`. */
  specHash: Hash
  genesisModelRoot: Hash
  /** Root of the zero reference, 0 for a task without one. */
  genesisReferenceRoot: Hash
  /** Seconds. */
  windows: Windows
  /** Token wei, as in the specification. */
  rewardPerRound: bigint
  /** As in the specification. */
  quorumBps: number
  /** Only this address may reject claims. */
  judge: Address
  /** Token wei the operator of a rejected claim loses. */
  falseClaimPenalty: bigint
  /** Token wei an account loses whose own fault was proved. */
  faultPenalty: bigint
  /** Share of these two for the prover, basis points. */
  bountyBps: number
  /** Members with eligible stake without which no round opens. */
  minMembers: number
  /** Token wei of eligible stake without which no round opens. */
  minStake: bigint
}

/**
 * Creates a task. It has no open round until an operator takes its seat (`takeSeat`). Sender: governance (the ledger's owner).
 *
 * Errors: TRANSACTION_REVERTED with `OutOfBounds`, `ExposureTooLong` or
 * `OwnableUnauthorizedAccount`, and those of every write.
 *
 * @example
 * const { task } = await createTask(sender, { ledger, specHash: specHash(spec), windows, … })
 */
export async function createTask(
  sender: TransactionSender,
  parameters: CreateTaskParameters,
): Promise<TransactionResult & { task: bigint; genesisClaim: Hash }> {
  const { ledger, signal, ...config } = parameters
  const result = await sender.write({
    doing: 'create a task',
    to: ledger,
    abi: roundLedgerAbi,
    functionName: 'createTask',
    args: [config],
    signal,
  })
  const [created] = parseEventLogs({ abi: roundLedgerAbi, eventName: 'TaskCreated', logs: [...result.logs] })
  const { task, genesisClaim } = created!.args
  return { ...result, task, genesisClaim }
}
