import { aggregateRound, assertRuleSafe } from '../aggregation/index.ts'
import type { AggregateInput, AggregateResult } from '../aggregation/index.ts'
import { isQuorateError } from '../core/index.ts'
import { keccak, paddedLength, ReferenceId, RuleId, toHex, updateRoot } from '../protocol/index.ts'
import type { Ledger, TaskSpec } from '../protocol/index.ts'
import {
  createRandom,
  createTfjsEvaluator,
  dequantiseModel,
  dequantiseUpdate,
  genesisModel,
  isOmniscient,
  modelByName,
  quantiseUpdate,
  tensorLayout,
} from '../training/index.ts'
import type { Layout, OmniscientContext, TrainResult } from '../training/index.ts'
import { byzantineShare } from './byzantine-share.ts'
import { backdoorRate } from './backdoor-rate.ts'
import type { CellResult, LabParts } from './cell-result.ts'
import { cohortOf } from './cohort.ts'
import type { Cohort, Seat } from './cohort.ts'
import { cellKey } from './grid.ts'
import type { Cell, LabSettings } from './grid.ts'
import { treatmentTally } from './treatment.ts'

/** What a round hands to the next. */
interface State {
  model: Int32Array
  reference: Int8Array | null
  ledger: Ledger
  /** By slot. */
  residuals: Map<number, Float32Array>
}

const HASH_ZERO = toHex(new Uint8Array(32))

/**
 * Runs one cell of a grid: trains, attacks, aggregates, pays, round after round, on the code of the real nodes.
 *
 * @param onRound called with the number of the round and its test accuracy
 * @throws TRAINING_DIVERGED, CANCELLED, CONFIG_INVALID
 */
export async function runCell(
  cell: Cell,
  settings: LabSettings,
  parts: LabParts,
  onRound?: (round: number, accuracy: number) => void,
): Promise<CellResult> {
  const started = performance.now()
  const { attack, rule, kernels, backend, signal } = parts
  const cohort = cohortOf(cell, settings, parts)
  const { task, test } = cohort
  const spec = specOf(cell, settings, parts, cohort)
  const nothing = { key: cellKey(cell, settings), cell, settings, accuracy: [], peak: 0, final: 0, seconds: 0 }
  const reason = refusal(parts, cohort, spec, settings)
  if (reason !== undefined) return { ...nothing, refused: reason }

  const definition = modelByName(settings.model)
  const layout = tensorLayout(definition.tensors)
  const evaluate = createTfjsEvaluator({ document: task.document, spec, test, backend }).evaluate
  const memory = new Map<string, unknown>()
  const tally = treatmentTally(cohort.seats)
  const accuracy: number[] = []
  let state: State = {
    model: genesisModel(definition, spec.tensors, cell.seed),
    reference: rule.publicRow === 'none' ? null : new Int8Array(paddedLength(spec)),
    ledger: new Map(),
    residuals: new Map(),
  }
  for (let round = 1; round <= settings.rounds; round++) {
    const seats = cohort.seats.filter(({ joins }) => joins <= round)
    const { updates, residuals } = await trainEveryone(cohort, seats, state, round, signal)
    const reference = cohort.root ? (await cohort.root.train({ model: state.model, round, signal })).update : state.reference
    const input: Omit<AggregateInput, 'rows'> = {
      spec,
      kernels,
      model: state.model,
      reference,
      ledger: state.ledger,
      lengths: layout.tensors.map(({ length }) => length),
    }
    const rowsOf = (given: readonly Int8Array[], rootOf: (update: Int8Array, i: number) => Uint8Array): AggregateInput['rows'] =>
      seats.map(({ address, slot, stake }, i) => {
        const update = given[i]!
        return { member: address, slot, stake, updateRoot: toHex(rootOf(update, i)), update }
      })
    const decide = (rows: AggregateInput['rows']): AggregateResult =>
      aggregateRound({ ...input, rows }, rule.provable ? undefined : rule)

    if (attack && isOmniscient(attack)) {
      const hostile = seats.flatMap((seat, i) => (seat.attacker ? [i] : []))
      const quantise = (rows: readonly Float32Array[], purpose: string): Int8Array[] =>
        rows.map((row, k) => quantiseUpdate(layout, spec.tensors, row, createRandom(cell.seed, purpose, round, k)).update)
      const withPoison = (rows: Int8Array[]): Int8Array[] => updates.map((update, i) => rows[hostile.indexOf(i)] ?? update)
      const floats = updates.map((update) => dequantiseUpdate(layout, spec.tensors, update))
      const context: OmniscientContext = {
        round,
        layout,
        random: createRandom(cell.seed, 'attack', round),
        honest: floats.filter((_, i) => !seats[i]!.attacker),
        own: hostile.map((i) => floats[i]!),
        memory,
        judge(rows) {
          // Content hashes only settle ties: cheap ones do for a rehearsal.
          const judged = decide(rowsOf(withPoison(quantise(rows, 'rehearsal')), (_, i) => keccak(Uint8Array.of(i))))
          return {
            step: stepOf(layout, spec, state.model, judged.model),
            verdicts: hostile.map((i) => judged.rows[i]!.verdict),
            weights: hostile.map((i) => judged.rows[i]!.weight),
          }
        },
      }
      const poisoned = quantise(attack.craft(context), 'poison')
      hostile.forEach((i, k) => (updates[i] = poisoned[k]!))
    }

    const result = decide(rowsOf(updates, (update) => updateRoot(update)))
    tally.add(result, state.ledger, seats)
    state = { model: result.model, reference: result.reference, ledger: result.ledger, residuals }
    accuracy.push((await evaluate(state.model, signal)).accuracy)
    onRound?.(round, accuracy.at(-1)!)
  }
  const backdoor = attack && !isOmniscient(attack) ? attack.backdoor : undefined
  return {
    ...nothing,
    accuracy,
    peak: Math.max(...accuracy),
    final: accuracy.at(-1)!,
    ...(backdoor && { backdoor: await backdoorRate(backdoor, state.model, { cohort, spec, parts }) }),
    ...tally.result(),
    seconds: (performance.now() - started) / 1000,
  }
}

/** One update for each seat; identities of one member share its training. */
async function trainEveryone(
  { trainers }: Cohort,
  seats: readonly Seat[],
  { model, residuals }: State,
  round: number,
  signal?: AbortSignal,
): Promise<{ updates: Int8Array[]; residuals: Map<number, Float32Array> }> {
  const trained = new Map<number, TrainResult>()
  for (const { member, slot } of seats) {
    if (trained.has(member)) continue
    trained.set(member, await trainers[member]!.train({ model, round, residual: residuals.get(slot), signal }))
  }
  return {
    updates: seats.map(({ member }) => trained.get(member)!.update),
    residuals: new Map(seats.map(({ member, slot }) => [slot, trained.get(member)!.residual])),
  }
}

function specOf(cell: Cell, settings: LabSettings, { rule }: LabParts, { task }: Cohort): TaskSpec {
  const { iterations, capQ16, rejectBps } = settings
  return {
    tensors: task.tensors,
    rule: {
      // Rules of the lab decide in place of this one.
      rule: rule.provable && rule.name !== 'mean' ? RuleId.nnmGm : RuleId.mean,
      byzantineBps: byzantineShare(rule, cell),
      iterations,
      capQ16,
      rejectBps,
      reference: rule.publicRow === 'none' ? ReferenceId.none : ReferenceId.past,
      referenceDecay: 230,
      referenceGain: 3,
    },
    minNormSq: task.minNormSq,
    maxNormSq: task.maxNormSq,
    quorumBps: 6667,
    rewardPerRound: 80n * 10n ** 18n,
    genesisModelRoot: HASH_ZERO,
    document: HASH_ZERO,
  }
}

function refusal({ rule }: LabParts, { seats }: Cohort, spec: TaskSpec, settings: LabSettings): string | undefined {
  if (settings.beyondTheory) return undefined
  try {
    assertRuleSafe(
      rule,
      seats.map(({ stake }) => stake),
      spec.rule,
    )
    return undefined
  } catch (error) {
    if (isQuorateError(error, 'RULE_UNSAFE')) return error.message
    throw error
  }
}

/** What the model moved by, float32[D]. */
function stepOf(layout: Layout, spec: TaskSpec, before: Int32Array, after: Int32Array): Float32Array {
  const moved = after.map((value, k) => value - before[k]!)
  return dequantiseModel(layout, spec.tensors, moved)
}
