import { bestRound, higherIsBetter, metricValue } from '../../training/index.ts'
import type { Evaluation, MetricName, RoundSelection } from '../../training/index.ts'
import type { SimulatedRow } from './federate.ts'
import type { SimulatedMember, SimulatedRound } from './setup.ts'
import type { Simulation } from './simulate.ts'

/** A model that stands for a run. */
export interface Score {
  round: number
  /** Of the metric that the task selects by. */
  value: number
  evaluation: Evaluation
}

export interface RunScore {
  /** Last round; where the task stops early, its best round. */
  score: Score
  best: Score
}

export interface MemberSummary {
  name: string
  attack?: string
  samples?: number
  /** Trained alone; left out for poisoners, and where nobody trained alone. */
  alone?: RunScore
  /** The model with the member's own layers, in a task with personal layers. */
  own?: number
  /** Rounds by what became of the update; those that counted are left out. */
  refused: Partial<Record<SimulatedRow['verdict'], number[]>>
  /** Of the last round in which its update did not count. */
  why?: string
  /** Mean share of the step in the rounds it took part in. */
  weight: number
}

export interface SimulationSummary {
  metric: MetricName
  /** Records that everything was measured on. */
  records: number
  federated: RunScore
  float?: RunScore
  fedavg?: RunScore
  bestAlone?: RunScore & { member: string }
  /** How much better the federated model is than the best member alone, in the metric's unit; negative if it is worse. */
  gain?: number
  /** How much better the same rounds are in floats. */
  costOfInt8?: number
  members: MemberSummary[]
  /** Mean share of the coordinates of an honest update that met the int8 bound. */
  clipped: number
  /** Updates of poisoners, how many of them counted, and the last round in which one did. */
  poisoned: { updates: number; counted: number; lastCounted?: number }
  honest: { updates: number; refused: number }
}

/** Verdicts of updates that count. */
const COUNTS: readonly SimulatedRow['verdict'][] = ['accepted', 'downweighted']

/** What a simulation showed. @returns undefined when no round was measured */
export function summariseSimulation(
  { federated, alone, float, fedavg }: Simulation,
  members: readonly SimulatedMember[],
  selection: RoundSelection,
): SimulationSummary | undefined {
  const { metric } = selection
  const scored = scoreOf(federated, selection)
  if (!scored) return undefined
  const better = (one: number, other: number): number => (higherIsBetter(metric) ? one - other : other - one)
  const singles = alone.flatMap(({ member, rounds }) => {
    const score = scoreOf(rounds, selection)
    return score ? [{ member: member.name, ...score }] : []
  })
  const bestAlone = singles.reduce<(typeof singles)[number] | undefined>(
    (best, one) => (best && better(best.score.value, one.score.value) >= 0 ? best : one),
    undefined,
  )
  const [inFloats, averaged] = [scoreOf(float, selection), scoreOf(fedavg, selection)]
  const rows = federated.flatMap(({ round, rows: ofRound }) => ofRound.map((row) => ({ ...row, round })))
  const of = (poisons: boolean): typeof rows => rows.filter(({ member }) => (members[member]!.attack !== undefined) === poisons)
  const refused = (list: typeof rows): number => list.filter(({ verdict }) => !COUNTS.includes(verdict)).length
  return {
    metric,
    records: scored.score.evaluation.samples,
    federated: scored,
    ...(inFloats && { float: inFloats, costOfInt8: better(inFloats.score.value, scored.score.value) }),
    ...(averaged && { fedavg: averaged }),
    ...(bestAlone && { bestAlone, gain: better(scored.score.value, bestAlone.score.value) }),
    members: members.map((member, place) => ({
      name: member.name,
      ...(member.attack && { attack: member.attack.name }),
      ...(member.samples !== undefined && { samples: member.samples }),
      ...aloneOf(member.name, singles),
      ...ownOf(
        member.name,
        federated.find(({ round }) => round === scored.score.round)!,
        metric,
      ),
      ...treatmentOf(rows.filter((row) => row.member === place)),
    })),
    clipped: of(false).reduce((sum, { clipped = 0 }) => sum + clipped, 0) / Math.max(1, of(false).length),
    poisoned: poisonedOf(of(true)),
    honest: { updates: of(false).length, refused: refused(of(false)) },
  }
}

function poisonedOf(rows: readonly (SimulatedRow & { round: number })[]): SimulationSummary['poisoned'] {
  const counted = rows.filter(({ verdict }) => COUNTS.includes(verdict))
  const lastCounted = counted.at(-1)?.round
  return { updates: rows.length, counted: counted.length, ...(lastCounted !== undefined && { lastCounted }) }
}

function aloneOf(name: string, singles: readonly (RunScore & { member: string })[]): Pick<MemberSummary, 'alone'> {
  const found = singles.find(({ member }) => member === name)
  return found ? { alone: { score: found.score, best: found.best } } : {}
}

function ownOf(name: string, { each = [] }: SimulatedRound, metric: MetricName): Pick<MemberSummary, 'own'> {
  const found = each.find(({ member }) => member === name)
  const own = found && metricValue(found.evaluation, metric)
  return own === undefined ? {} : { own }
}

function treatmentOf(rows: readonly (SimulatedRow & { round: number })[]): Pick<MemberSummary, 'refused' | 'why' | 'weight'> {
  const refused: MemberSummary['refused'] = {}
  for (const { verdict, round } of rows) if (!COUNTS.includes(verdict)) (refused[verdict] ??= []).push(round)
  const why = rows.findLast((row) => row.why !== undefined)?.why
  const weight = rows.reduce((sum, row) => sum + row.weight, 0) / Math.max(1, rows.length)
  return { refused, weight, ...(why !== undefined && { why }) }
}

function scoreOf(rounds: readonly SimulatedRound[], { metric, patience }: RoundSelection): RunScore | undefined {
  const best = bestRound(rounds, metric)
  if (!best) return undefined
  const last = rounds.findLast(({ evaluation }) => metricValue(evaluation, metric) !== undefined)!
  const told = ({ round, evaluation }: SimulatedRound): Score => ({
    round,
    value: metricValue(evaluation, metric)!,
    evaluation,
  })
  return { score: told(patience > 0 ? best : last), best: told(best) }
}
