import { toHex, word, ZERO_HASH } from '../protocol/bytes.ts'
import type { Ledger } from '../protocol/claim.ts'
import { coordinatesOf } from '../protocol/spec.ts'
import { Reason, ReferenceId, Verdict } from '../protocol/types.ts'
import type { Address, Hash, TaskSpec } from '../protocol/types.ts'
import { admissionFault, originals } from './admit.ts'
import type { AdmissionFault } from './admit.ts'
import { applyStep } from './apply-step.ts'
import type { StepInput, StepOutput } from './apply-step.ts'
import { isQuarantined } from './evidence.ts'
import { gramRoot, ownSumsHash, sumTree } from './gram-tree.ts'
import { computeGram } from './gram.ts'
import type { Gram } from './gram.ts'
import type { Kernels } from './kernels/index.ts'
import { ruleOf } from './rules/index.ts'
import type { RuleInput } from './rules/index.ts'
import type { LabOutput, LabRule } from './rules/lab/index.ts'
import { traceRoot } from './trace.ts'
import type { TraceLeaf } from './trace.ts'
import { updateLedger } from './update-ledger.ts'
import type { LedgerOperator } from './update-ledger.ts'

/**
 * A sealed row of the round, in the order of the seal (ascending slot). `R` is the location of its bytes: memory, or
 * the source that src/engine reads from.
 */
export interface AggregateRow<R = Int8Array> {
  member: Address
  slot: number
  /** Stake at the round's snapshot, token wei. */
  weight: bigint
  /** Root the member revealed; null when it did not. */
  updateRoot: Hash | null
  /** Bytes behind the root; null when the update is not available (docs/protocol.md §8.2). */
  update: R | null
}

export interface AggregateInput<R = Int8Array> {
  spec: TaskSpec
  /** Number of the round: quarantines end at one. */
  round: bigint
  kernels: Kernels
  /** int32[D]. */
  model: Int32Array
  /** int8[D]; null exactly when the task has no reference. */
  reference: Int8Array | null
  ledger: Ledger
  /** Who posts the claim and gets the operator's share; absent where nobody does, as in the lab. */
  operator?: LedgerOperator
  rows: readonly AggregateRow<R>[]
}

/** A round without the kernels, for the stages whose work is one number per member. */
export type RoundInput<R = Int8Array> = Omit<AggregateInput<R>, 'kernels'>

export interface AggregatedRow {
  verdict: Verdict
  /** Why the row is `inadmissible`: the first reason that holds. */
  reason: Reason
  /** As in the members row. */
  reasonArg: Hash
  /** β. */
  beta: number
  score: bigint
  /** What the reason is, in words and numbers. */
  fault?: AdmissionFault | { code: 'UPDATE_COPIED' | 'BUCKET_VOID'; message: string }
}

export interface AggregateResult {
  /** One for each input row, in order. */
  rows: AggregatedRow[]
  gram: Gram
  gramRoot: Hash
  trace: TraceLeaf[]
  traceRoot: Hash
  model: Int32Array
  reference: Int8Array | null
  ledger: Ledger
  ledgerTotal: bigint
}

/**
 * From sealed rows and their updates to the outcome of a round (docs/protocol.md §8 from step 3): admission, Gram matrix, rule, step, ledger. A pure
 * function of integers: every member that calls it gets the same bytes.
 *
 * @param labRule decides instead of the rule that the specification names; nothing on chain could prove such a round, so only the lab passes one
 * @throws QuorateError SPEC_INVALID for an unknown rule
 * @example const { rows, model, ledger } = aggregateRound({ spec, kernels: createWasmKernels(), model, reference: null, ledger: new Map(), rows })
 */
export function aggregateRound(input: AggregateInput, labRule?: Pick<LabRule, 'decide'>): AggregateResult {
  const { spec, kernels } = input
  const admitted = admitRows(input, (update) => admissionFault(kernels, spec, update))
  const gram = computeGram(kernels, gramRows(input, admitted))
  const decide: Decide | undefined =
    labRule && ((given, places) => labRule.decide({ ...given, updates: places.map((i) => input.rows[i]!.update!) }))
  const judged = judgeRows(input, admitted, gram, decide)
  return closeRound(input, judged, applyStep(kernels, judged.step))
}

// The stages of a round. They touch only numbers a member long; what touches every coordinate runs between them, here or spread over
// threads (src/engine).

/** Indices of the rows that are in the Gram matrix. */
function inGram(rows: readonly AggregatedRow[]): number[] {
  return rows.flatMap((row, i) => (row.verdict === Verdict.accepted ? [i] : []))
}

/** Rows of the Gram matrix: the admitted updates, then the reference if the task has one and anybody was admitted. */
export function gramRows<R>({ spec, rows, reference }: RoundInput<R>, admission: readonly AggregatedRow[]): (R | Int8Array)[] {
  const updates = inGram(admission).map((i) => rows[i]!.update!)
  return updates.length > 0 && spec.rule.reference !== ReferenceId.none && reference !== null ? [...updates, reference] : updates
}

/** What the rule made of the round: every row's verdict, the trace, and the step that follows. */
export interface JudgedRound<R = Int8Array> {
  rows: AggregatedRow[]
  gram: Gram
  trace: TraceLeaf[]
  step: StepInput<R>
}

/** Decides from the inputs of the rule and from the places of the admitted rows. */
type Decide = (given: RuleInput, places: readonly number[]) => LabOutput

/**
 * Runs the rule over the Gram matrix of `gramRows`.
 *
 * @param decide instead of the rule that the specification names
 */
export function judgeRows<R>(
  input: RoundInput<R>,
  admission: readonly AggregatedRow[],
  gram: Gram,
  decide: Decide = (given) => ruleOf(given.spec.rule).weights(given),
): JudgedRound<R> {
  const { spec } = input
  const rows = [...admission]
  const admitted = inGram(rows)
  const ruleInput = {
    gram,
    stakes: admitted.map((i) => input.rows[i]!.weight),
    quarantined: quarantinedWeight(input.rows.map(({ weight }, i) => ({ weight, verdict: rows[i]!.verdict }))),
    tieBreak: admitted.map((i) => input.rows[i]!.updateRoot!),
    hasReference: gram.size > admitted.length,
    spec: spec.rule,
    coordinates: coordinatesOf(spec),
  }
  const output = decide(ruleInput, admitted)
  admitted.forEach((i, k) => {
    rows[i] = { ...rows[i]!, verdict: output.verdicts[k]!, beta: output.weights[k]!, score: output.scores[k]! }
  })
  const carrying = admitted.filter((i) => rows[i]!.beta > 0)
  const step = {
    spec,
    model: input.model,
    reference: input.reference,
    rows: carrying.map((i) => input.rows[i]!.update!),
    betas: carrying.map((i) => rows[i]!.beta),
    ...(output.sum && { sum: output.sum }),
  }
  return { rows, gram, trace: admitted.length > 0 ? output.trace : [], step }
}

/** Ledger and roots after the step. */
export function closeRound<R>(input: RoundInput<R>, { rows, gram, trace }: JudgedRound<R>, next: StepOutput): AggregateResult {
  const { ledger, total } = updateLedger(
    input.ledger,
    rows.map((row, i) => ({ ...input.rows[i]!, ...row })),
    input,
  )
  return {
    rows,
    gram,
    // Hashed only when asked for: who opens the whole claim (src/judge) hashes the same trees.
    get gramRoot() {
      return gramRoot(gram)
    },
    trace,
    get traceRoot() {
      return trace.length > 0 ? traceRoot(trace) : ZERO_HASH
    },
    model: next.model,
    reference: next.reference,
    ledger,
    ledgerTotal: total,
  }
}

/**
 * Verdict of each row before the rule: `accepted` stands for admitted.
 *
 * @param faultOf why an update is not admitted; undefined when it is
 */
export function admitRows<R>(
  { rows, round, ledger }: Pick<AggregateInput<R>, 'rows' | 'round' | 'ledger'>,
  faultOf: (update: R, index: number) => AdmissionFault | undefined,
): AggregatedRow[] {
  // What the ledger says comes first: the rest of a quarantined row is not looked at, so nothing about it can be disputed.
  const quarantined = rows.map(({ slot }) => isQuarantined(ledger.get(slot), round))
  const twins = originals(rows.map((row, index) => (quarantined[index] || row.update === null ? null : row.updateRoot)))
  return rows.map(({ update }, index) => {
    if (quarantined[index]) return unweighted(Verdict.quarantined)
    if (update === null) return unweighted(Verdict.unavailable)
    const twin = twins[index]
    if (twin !== undefined) {
      const fault = { code: 'UPDATE_COPIED', message: `row ${twin} of the round has the same update` } as const
      return refused(Reason.copy, numberArg(twin), fault)
    }
    const fault = faultOf(update, index)
    if (!fault) return unweighted(Verdict.accepted)
    return fault.code === 'UPDATE_NORM'
      ? refused(Reason.norm, ownSumsHash(sumTree(fault.norms)), fault)
      : refused(Reason.value, numberArg(fault.chunk), fault)
  })
}

/** Weight of the rows that earlier rounds keep out; it counts against F. */
export function quarantinedWeight(rows: readonly { weight: bigint; verdict: Verdict }[]): bigint {
  return rows.reduce((sum, { weight, verdict }) => (verdict === Verdict.quarantined ? sum + weight : sum), 0n)
}

/** `reasonArg` that is a number: of a row or of a chunk. */
function numberArg(value: number): Hash {
  return toHex(word(BigInt(value)))
}

function refused(reason: Reason, reasonArg: Hash, fault: AggregatedRow['fault']): AggregatedRow {
  return { ...unweighted(Verdict.inadmissible), reason, reasonArg, ...(fault && { fault }) }
}

function unweighted(verdict: Verdict): AggregatedRow {
  return { verdict, reason: Reason.none, reasonArg: ZERO_HASH, beta: 0, score: 0n }
}
