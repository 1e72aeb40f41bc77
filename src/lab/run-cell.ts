import { aggregateRound, assertRuleSafe } from '../aggregation/index.ts'
import type { AggregateInput, AggregateResult, AggregateRow } from '../aggregation/index.ts'
import { isQuorateError } from '../core/index.ts'
import { keccak, longestInBucket, memberTensors, paddedLength, SEGMENT, toHex, updateRoot } from '../protocol/index.ts'
import type { Ledger, TaskSpec } from '../protocol/index.ts'
import { dequantiseModel, dequantiseUpdate, genesisModel, longestUpdate, modelByName, tensorLayout } from '../training/index.ts'
import { isCoalition, isIdle, isOmniscient, trainingOf } from './attacks/index.ts'
import type { Layout } from '../training/index.ts'
import { aggregateBuckets } from './buckets/index.ts'
import { backdoorRate } from './backdoor-rate.ts'
import type { CellResult, LabParts } from './cell-result.ts'
import { coalitionOf } from './coalition.ts'
import type { Coalition } from './coalition.ts'
import { cohortOf } from './cohort.ts'
import type { Cohort, Seat } from './cohort.ts'
import { carriedOf, drawSegments, mergeReference, mostOf } from './fewer-bytes/index.ts'
import { floatRound } from './float-round.ts'
import { cellKey } from './grid.ts'
import type { Cell, LabSettings } from './grid.ts'
import { lastNorm } from './last-norm.ts'
import { measureOf, ownAccuracy, trainAlone } from './own-accuracy.ts'
import { poison } from './poison.ts'
import { specOf } from './task-of.ts'
import { trainEveryone } from './train-everyone.ts'
import type { Carried, EveryonesUpdates } from './train-everyone.ts'
import { treatmentTally } from './treatment.ts'

/** What a round hands to the next. */
interface State {
  model: Int32Array
  reference: Int8Array | null
  ledger: Ledger
  /** By slot. */
  carried: Map<number, Carried>
  /** Stake-median norm of the last updates. */
  medianNorm?: number
}

/** What stays the same over a run. */
interface Run {
  cell: Cell
  settings: LabSettings
  parts: LabParts
  cohort: Cohort
  spec: TaskSpec
  layout: Layout
  /** Of an omniscient attack that learns. */
  memory: Map<string, unknown>
  /** Attackers that act in concert on what is public. */
  coalition?: Coalition
}

type Outcome = Pick<AggregateResult, 'rows' | 'model' | 'ledger'> & {
  reference?: Int8Array | null
  medianNorm?: number | undefined
}

/**
 * Runs one cell of a grid: trains, attacks, aggregates, pays, round after round, on the code of the real nodes.
 *
 * @param onMeasured called with the number of the round and its test accuracy
 * @throws TRAINING_DIVERGED, CANCELLED, CONFIG_INVALID
 */
export async function runCell(
  cell: Cell,
  settings: LabSettings,
  parts: LabParts,
  onMeasured?: (round: number, accuracy: number) => void,
): Promise<CellResult> {
  const started = performance.now()
  const { attack, rule, backend, signal } = parts
  const cohort = cohortOf(cell, settings, parts)
  const { task } = cohort
  const spec = specOf(cell, settings, parts, task)
  const nothing = { key: cellKey(cell, settings), cell, settings, accuracy: [], peak: 0, final: 0, seconds: 0 }
  const reason = refusal(parts, cohort, spec, settings)
  if (reason !== undefined) return { ...nothing, refused: reason }

  const definition = modelByName(settings.model)
  const layout = tensorLayout(task.document.tensors)
  const isShared = new Set(task.document.tensors.map(({ name }) => name))
  const shared = definition.tensors.filter(({ name }) => isShared.has(name))
  const first = genesisModel({ ...definition, tensors: shared }, spec.tensors, cell.seed)
  const run: Run = {
    cell,
    settings,
    parts,
    cohort,
    spec,
    layout,
    memory: new Map(),
    ...(attack &&
      isCoalition(attack) && {
        coalition: coalitionOf({
          attack,
          seed: cell.seed,
          layout,
          spec,
          own: memberTensors(spec.tensors, settings.bucket),
          first,
        }),
      }),
  }
  const measure = measureOf(cohort, backend, signal)
  const kept = ({ slot }: Seat): Float32Array | undefined => state.carried.get(slot)?.personal
  const usual = cohort.seats.filter((seat) => !seat.attacker && !cohort.differs(seat))
  const tally = treatmentTally(cohort.seats)
  const accuracy: number[] = []
  let state: State = {
    model: first,
    reference: rule.publicRow === 'none' ? null : new Int8Array(paddedLength(spec)),
    ledger: new Map(),
    carried: new Map(),
  }
  for (let round = 1; round <= settings.rounds; round++) {
    const present = cohort.seats.filter(({ joins }) => joins <= round)
    const idle = ({ attacker }: Seat): boolean => attacker && attack !== undefined && isIdle(attack)
    const longest = settings.clip ? longestUpdate(state.medianNorm) : undefined
    const maxNorm = longest !== undefined && settings.bucket !== undefined ? longestInBucket(longest, settings.bucket) : longest
    const segments =
      settings.oneSegmentOf &&
      drawSegments({ of: layout.paddedLength / SEGMENT, share: settings.oneSegmentOf, seed: cell.seed, round })
    const carries = segments ? { segments } : {}
    const trained = await trainEveryone(cohort, present, state, { round, idle, maxNorm, ...carries, signal })
    const outcome =
      settings.precision === 'float32'
        ? floatOutcome(run, state, present, trained, round)
        : await exactOutcome(run, state, present, { ...trained, ...carries }, round)
    tally.add(outcome, state.ledger, present, BigInt(round))
    const { model, ledger } = outcome
    const reference = mergeReference(state.reference, outcome.reference, carries.segments)
    state = {
      model,
      ledger,
      reference,
      medianNorm: outcome.medianNorm ?? state.medianNorm,
      carried: settings.precision === 'float32' ? withoutResidual(trained.carried) : trained.carried,
    }
    if (round % settings.evaluateEvery === 0 || round === settings.rounds) {
      // One model for all members is measured once.
      const seats = settings.personal ? usual : usual.slice(0, 1)
      let sum = 0
      for (const seat of seats) sum += (await measure(seat.member, state.model, kept(seat))).accuracy!
      accuracy.push(sum / seats.length)
      onMeasured?.(round, accuracy.at(-1)!)
    }
  }
  const backdoor = attack && trainingOf(attack)?.backdoor
  const measuresOwn = settings.personal !== undefined || cohort.seats.some(({ member }) => cohort.testOf(member))
  const alone = { first, rounds: settings.rounds, measure, signal }
  return {
    ...nothing,
    accuracy,
    peak: Math.max(...accuracy),
    final: accuracy.at(-1)!,
    ...(backdoor && {
      backdoor: await backdoorRate(backdoor, dequantiseModel(run.layout, spec.tensors, state.model), {
        cohort,
        spec,
        parts,
        personal: kept(usual[0]!),
      }),
    }),
    ...(measuresOwn && {
      own: await ownAccuracy(cohort, async (seat) => measure(seat.member, state.model, kept(seat))),
    }),
    ...(settings.alone && { alone: await ownAccuracy(cohort, async (seat) => trainAlone(cohort, seat, alone)) }),
    ...tally.result(),
    seconds: (performance.now() - started) / 1000,
  }
}

/** The round as real nodes compute it, after the attack on it. */
async function exactOutcome(
  { cell, settings, parts, cohort, spec, layout, memory, coalition }: Run,
  state: State,
  seats: readonly Seat[],
  { updates, segments }: EveryonesUpdates & { segments?: readonly boolean[] },
  round: number,
): Promise<Outcome> {
  const { attack, rule, kernels, signal } = parts
  const input: Omit<AggregateInput, 'rows'> = {
    spec,
    round: BigInt(round),
    kernels,
    model: state.model,
    reference: cohort.root ? (await cohort.root.train({ model: state.model, step: round, signal })).update : state.reference,
    ledger: state.ledger,
  }
  const labRule = rule.provable ? undefined : rule
  const { bucket: size } = settings
  // Content hashes only settle ties: cheap ones do for a rehearsal.
  const decide = (
    given: readonly Int8Array[],
    rootOf: (update: Int8Array, i: number) => Uint8Array = updateRoot,
  ): Outcome & { seen: readonly Int8Array[] } => {
    if (size !== undefined)
      return aggregateBuckets(
        input,
        { seats, size, seed: cell.seed, round },
        { updates: given, ...(labRule && { rule: labRule }) },
      )
    const result = aggregateRound({ ...input, rows: rowsOf(seats, given, rootOf) }, labRule)
    const stakes = seats.map(({ stake }) => stake)
    return { ...result, seen: given, medianNorm: lastNorm(result, stakes) }
  }
  const sent =
    attack && isOmniscient(attack)
      ? poison({
          attack,
          round,
          seed: cell.seed,
          searches: (round - 1) % settings.searchEvery === 0,
          layout,
          spec,
          tensors: memberTensors(spec.tensors, size),
          seats,
          updates,
          model: state.model,
          memory,
          rehearse: (given) => decide(given, (_, i) => keccak(Uint8Array.of(i))),
        })
      : (coalition?.poison(round, seats, updates, state.model) ?? updates)
  const most = mostOf(settings.bits ?? 8)
  const { seen, ...result } = decide(segments || settings.bits ? sent.map((row) => carriedOf(row, segments, most)) : sent)
  coalition?.observe({ round, seats, updates: seen, rows: result.rows, before: state.model, after: result.model })
  return result
}

/** The round without quantisation. An update and its residual add up to the trained change. */
function floatOutcome(
  { parts, spec, layout }: Run,
  state: State,
  seats: readonly Seat[],
  { updates, carried }: EveryonesUpdates,
  round: number,
): Outcome {
  const exact = updates.map((update, i) => {
    const residual = carried.get(seats[i]!.slot)!.residual!
    return dequantiseUpdate(layout, spec.tensors, update).map((value, k) => value + residual[k]!)
  })
  const rows = rowsOf(seats, updates, updateRoot)
  return floatRound({
    spec,
    round: BigInt(round),
    rule: parts.rule,
    model: state.model,
    ledger: state.ledger,
    rows,
    updates: exact,
  })
}

function withoutResidual(carried: ReadonlyMap<number, Carried>): Map<number, Carried> {
  return new Map([...carried].map(([slot, { momentum, personal }]) => [slot, { momentum, personal }]))
}

function rowsOf(
  seats: readonly Seat[],
  updates: readonly Int8Array[],
  rootOf: (update: Int8Array, i: number) => Uint8Array,
): AggregateRow[] {
  return seats.map(({ address, slot, stake }, i) => {
    const update = updates[i]!
    return { member: address, slot, weight: stake, updateRoot: toHex(rootOf(update, i)), update }
  })
}

/** Why this cell cannot run; undefined when it can. */
function refusal({ rule, attack }: LabParts, { seats }: Cohort, spec: TaskSpec, settings: LabSettings): string | undefined {
  if (settings.precision === 'float32' && (attack || rule.kind !== 'gram' || rule.publicRow !== 'none')) {
    return 'a run in float32 supports no attackers, no public rows and no coordinate-wise rules'
  }
  if (settings.personal && rule.publicRow === 'root') return 'a root set has no personal layers'
  const { bucket } = settings
  if (bucket !== undefined && (settings.precision === 'float32' || rule.publicRow === 'root'))
    return 'there are no buckets in float32 and with a root set'
  if (settings.beyondTheory) return undefined
  try {
    assertRuleSafe(
      rule,
      bucket === undefined
        ? seats.map(({ stake }) => stake)
        : Array.from({ length: Math.floor(seats.length / bucket) }, () => seats[0]!.stake * BigInt(bucket)),
      spec.rule,
    )
    return undefined
  } catch (error) {
    if (isQuorateError(error, 'RULE_UNSAFE')) return error.message
    throw error
  }
}
