import { parseEventLogs } from 'viem'
import type { Address, Claim, Hash, TaskSpec } from '../../protocol/types.ts'
import type { Windows } from '../../protocol/round/index.ts'
import { roundLedgerAbi } from '../abi/index.ts'
import type { Contracts } from '../contracts.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../transactions/transaction-sender.ts'
import { specTuple } from './spec-tuple.ts'

/** What a task asks of its members and operators, beside its specification. Fixed for the task's life. */
export interface TaskTerms {
  /** Seconds. */
  windows: Windows
  /** Share of the stake whose signatures make a claim final or void at once, basis points. */
  quorumBps: number
  /** Members with eligible stake without which no round opens. */
  minMembers: number
  /** Token wei of eligible stake without which no round opens. */
  minStake: bigint
  /** Only this address may reject claims; governance has added it. */
  judge: Address
  /** Token wei the operator of a rejected claim loses. */
  falseClaimPenalty: bigint
  /** Token wei an account loses whose own fault was proved. */
  faultPenalty: bigint
  /** Share of these two for the prover, basis points. */
  bountyBps: number
}

/** A final claim of another task, whose model a successor starts from. */
export interface TaskOrigin {
  task: bigint
  round: bigint
  claim: Claim
}

export interface CreateTaskParameters extends TaskTerms, WriteOptions {
  ledger: Contracts['ledger']
  spec: TaskSpec
  /** The task whose model `spec.genesisModelRoot` is; none for a fresh model. The ledger must still keep the claim. */
  origin?: TaskOrigin
}

/**
 * Creates a task, with the sender as its founder. It has no open round until an operator takes its seat (`takeSeat`).
 *
 * Errors: SPEC_OUT_OF_BOUNDS; TRANSACTION_REVERTED with `OutOfBounds`, `ExposureTooLong`, `PenaltyTooLow`, `WindowTooShort`,
 * `JudgeUnknown`, `NotFinalClaim` or `OtherModel`; and those of every write.
 *
 * @example
 * const { task } = await createTask(sender, { ledger, spec, windows, quorumBps: 6667, … })
 */
export async function createTask(
  sender: TransactionSender,
  parameters: CreateTaskParameters,
): Promise<TransactionResult & { task: bigint; genesisClaim: Hash }> {
  const { ledger, spec, origin, signal, ...terms } = parameters
  const write = { to: ledger, abi: roundLedgerAbi, signal }
  const fixed = [terms, specTuple(spec)] as const
  const result = await (origin === undefined
    ? sender.write({ ...write, doing: 'create a task', functionName: 'createTask', args: fixed })
    : sender.write({
        ...write,
        doing: `create the successor of task ${origin.task}`,
        functionName: 'succeedTask',
        args: [...fixed, origin] as never,
      }))
  const [created] = parseEventLogs({ abi: roundLedgerAbi, eventName: 'TaskCreated', logs: [...result.logs] })
  const { task, genesisClaim } = created!.args
  return { ...result, task, genesisClaim }
}
