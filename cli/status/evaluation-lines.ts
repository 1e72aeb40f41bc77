import type { MetricSummary } from '../../src/node/evaluations/index.ts'
import type { RoundEvaluations } from './read-evaluations.ts'

const HEAD = ['round', 'metric', 'members', 'mean', 'median', 'spread', 'worst', 'best']

/** Whether a larger number is worse. */
export function lowerIsBetter(metric: string): boolean {
  return /loss|error|mae|rmse|mse/.test(metric)
}

/** The evaluations of rounds as a table: a line for each round and metric. */
export function evaluationLines(rounds: readonly RoundEvaluations[]): string[] {
  const rows = rounds.flatMap((round) =>
    Object.entries(round.summary).map(([metric, summary]) => [
      String(round.round),
      metric,
      `${summary.members} of ${round.members}`,
      number(summary.mean),
      number(summary.median),
      number(summary.spread),
      worstOf(round, metric, summary),
      number(lowerIsBetter(metric) ? summary.least : summary.most),
    ]),
  )
  if (rows.length === 0)
    return ['Evaluations: no member told what it measured; members do with shareEvaluation = true under [training]']
  const widths = HEAD.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)))
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd()
  return [
    'Evaluations by members on test samples of their own: mean by stake, standard deviation over members',
    line(HEAD),
    ...rows.map(line),
  ]
}

function worstOf({ evaluations }: RoundEvaluations, metric: string, { least, most }: MetricSummary): string {
  const value = lowerIsBetter(metric) ? most : least
  const member = evaluations.find(({ metrics }) => metrics[metric] === value)?.member
  return `${number(value)} ${member?.slice(0, 10) ?? ''}…`
}

function number(value: number): string {
  return value.toFixed(4)
}
