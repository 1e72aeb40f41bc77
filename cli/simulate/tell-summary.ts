import { plural } from '../../src/core/index.ts'
import type { MemberSummary, RunScore, SimulationSummary } from '../../src/lab/simulation/index.ts'
import type { MetricName } from '../../src/training/index.ts'
import { isShare, measured } from './measured.ts'

/** Verdicts for people. */
const VERDICTS: Readonly<Record<string, string>> = {
  rejected: 'rejected',
  quarantined: 'in quarantine',
  inadmissible: 'refused',
  unavailable: 'not available',
  skipped: 'no update',
}
/** Share of the values at the int8 bound above which the exponent is too small. */
const MUCH = 0.05

/** The result of a simulation as text: the runs, the members, and what follows from them. */
export function tellSimulation(summary: SimulationSummary, rounds: number): string {
  return [...runLines(summary), '', ...memberLines(summary, rounds), '', ...adviceLines(summary, rounds)].join('\n')
}

function runLines({ metric, records, federated, float, fedavg, bestAlone, members }: SimulationSummary): string[] {
  const row = (name: string, run: RunScore | undefined): string[] =>
    run
      ? [
          [
            `  ${name.padEnd(44)}`,
            measured(metric, run.score.value).padStart(9),
            `${measured(metric, run.best.value)} in round ${run.best.round}`.padStart(21),
            run.score.evaluation.loss.toPrecision(3).padStart(8),
          ].join(' '),
        ]
      : []
  const others = members.flatMap(({ alone }) => alone?.score.value ?? []).sort((a, b) => a - b)
  const median = others[Math.floor(others.length / 2)]
  return [
    `Measured on ${records.toLocaleString('en')} records that nobody trained on`,
    ...(members.some(({ own }) => own !== undefined)
      ? ['  Each member with its own layers; the mean of the honest members']
      : []),
    `  ${''.padEnd(44)} ${metric.padStart(9)} ${'best'.padStart(21)} ${'loss'.padStart(8)}`,
    ...row('federated, int8, poisoners among the members', federated),
    ...row('the same in floats', float),
    ...row('FedAvg in floats, honest members only', fedavg),
    ...row(`best member alone (${bestAlone?.member})`, bestAlone),
    ...(others.length > 1 ? [`  ${'median member alone'.padEnd(44)} ${measured(metric, median!).padStart(9)}`] : []),
  ]
}

function memberLines({ metric, members }: SimulationSummary, rounds: number): string[] {
  const width = Math.max(6, ...members.map(({ name }) => name.length))
  const personal = members.some(({ own }) => own !== undefined)
  const line = ({ name, attack, samples, alone, own, weight, refused, why }: MemberSummary): string => {
    const what = Object.entries(refused).map(([verdict, list]) => `${VERDICTS[verdict] ?? verdict} in ${spans(list)}`)
    return [
      `  ${name.padEnd(width)}`,
      (attack ?? 'honest').padEnd(18),
      (samples?.toLocaleString('en') ?? '').padStart(8),
      (alone ? measured(metric, alone.score.value) : '').padStart(8),
      ...(personal ? [(own === undefined ? '' : measured(metric, own)).padStart(8)] : []),
      `${(100 * weight).toFixed(1)} %`.padStart(8),
      what.length === 0 ? (attack ? ' counted in every round' : '') : ` ${what.join(', ')}${why === undefined ? '' : `: ${why}`}`,
    ].join(' ')
  }
  return [
    `  ${'member'.padEnd(width)} ${'is'.padEnd(18)} ${'samples'.padStart(8)} ${'alone'.padStart(8)} ${personal ? `${'together'.padStart(8)} ` : ''}${'weight'.padStart(8)}  of ${rounds} rounds`,
    ...members.map(line),
  ]
}

/** Ranges of rounds: `1–8, 10`. */
function spans(rounds: readonly number[]): string {
  const ranges: [number, number][] = []
  for (const round of rounds) {
    const last = ranges.at(-1)
    if (last && last[1] === round - 1) last[1] = round
    else ranges.push([round, round])
  }
  const text = ranges.map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`)).join(', ')
  return `${rounds.length === 1 ? 'round' : 'rounds'} ${text}`
}

/** What a consortium can do about it. */
function adviceLines(summary: SimulationSummary, rounds: number): string[] {
  return [
    gainLine(summary, rounds),
    int8Line(summary),
    chanceLine(summary),
    poisonLine(summary, rounds),
    ...honestLines(summary, rounds),
    bestLine(summary),
  ].flatMap((line) => line ?? [])
}

function difference(metric: MetricName, value: number): string {
  return isShare(metric) ? `${(100 * Math.abs(value)).toFixed(1)} points` : Math.abs(value).toPrecision(3)
}

function gainLine({ metric, gain, bestAlone, federated }: SimulationSummary, rounds: number): string | undefined {
  if (gain === undefined) return undefined
  const who = `the best member alone (${bestAlone!.member})`
  if (gain > 0) return `The federated model is ${difference(metric, gain)} better than ${who}.`
  const next = federated.best.round === rounds ? 'Try more rounds.' : 'Try more local epochs, or a lower learning rate.'
  return `The federated model is ${gain === 0 ? 'no better' : `${difference(metric, gain)} worse`} than ${who}. ${next}`
}

function int8Line({ metric, costOfInt8: cost, clipped }: SimulationSummary): string | undefined {
  if (cost === undefined) return undefined
  const said =
    cost > 0
      ? `int8 costs ${difference(metric, cost)}.`
      : `int8 costs nothing: here it is ${difference(metric, cost)} better than floats.`
  if (clipped <= MUCH) return said
  return `${said} ${(100 * clipped).toFixed(1)} % of the values met the int8 bound: set update.exponent one higher than \`quorate task check\` says.`
}

/** Twice the standard error of a share. */
function chanceLine({ metric, records, federated }: SimulationSummary): string | undefined {
  if (metric !== 'accuracy') return undefined
  const { value } = federated.score
  const error = 2 * Math.sqrt((value * (1 - value)) / records)
  return `${records.toLocaleString('en')} records tell an accuracy to ± ${(100 * error).toFixed(1)} points.`
}

function poisonLine({ poisoned: { updates, counted, lastCounted } }: SimulationSummary, rounds: number): string | undefined {
  if (updates === 0) return undefined
  if (counted === 0) return `No update of a poisoner counted in ${plural(rounds, 'round')}.`
  const end = lastCounted === rounds ? 'the last one too: the rule takes them for honest ones' : `none after round ${lastCounted}`
  return `${counted} of ${updates} updates of poisoners counted, ${end}.`
}

function honestLines({ honest, members }: SimulationSummary, rounds: number): string[] {
  if (honest.refused === 0) return []
  const often = members.filter(({ attack, refused }) => attack === undefined && 2 * (refused.rejected?.length ?? 0) > rounds)
  return [
    `${honest.refused} of ${honest.updates} updates of honest members did not count.`,
    ...often.map(
      ({ name }) =>
        `${name} is honest, and was rejected in more than half of the rounds, because its data differ from those of the others. ` +
        'Fewer local epochs, or training.proximal in the task file, bring its updates nearer.',
    ),
  ]
}

function bestLine({ federated: { best, score } }: SimulationSummary): string | undefined {
  if (best.value === score.value) return undefined
  return `Round ${best.round} was the best: evaluation.patience in the task file ends a simulation after so many rounds without a better one.`
}
