import type { Sample } from './sample.ts'
import type { Trend } from './flatness.ts'
import type { SoakResult } from './run.ts'

/** One line a sample; the columns are those that any sample has. */
export function samplesCsv(samples: readonly Sample[]): string {
  const names = [...new Set(samples.flatMap(({ figures }) => Object.keys(figures)))]
  const rows = samples.map(({ program, seconds, rounds, figures }) => [
    program,
    seconds,
    rounds,
    ...names.map((name) => figures[name] ?? ''),
  ])
  return [['program', 'seconds', 'rounds', ...names], ...rows].map((row) => `${row.join(',')}\n`).join('')
}

/** The samples of such a file. @throws Error for a file that has no samples */
export function parseSamples(csv: string): Sample[] {
  const [head, ...lines] = csv.trimEnd().split('\n')
  const names = head!.split(',').slice(3)
  if (!head!.startsWith('program,seconds,rounds,') || lines.length === 0) throw new Error('the file has no samples of a soak')
  return lines.map((line) => {
    const [program, seconds, rounds, ...values] = line.split(',')
    const known = names.flatMap((name, at) => (values[at] === '' ? [] : [[name, Number(values[at])] as const]))
    return { program: program!, seconds: Number(seconds), rounds: Number(rounds), figures: Object.fromEntries(known) }
  })
}

const COLUMNS: readonly [string, (trend: Trend) => string][] = [
  ['program', ({ program }) => program],
  ['figure', ({ figure }) => figure],
  ['first third', ({ first }) => first.toFixed(0)],
  ['last third', ({ last }) => last.toFixed(0)],
  ['most', ({ most }) => most.toFixed(0)],
  ['an hour', ({ slope, error }) => `${slope.toFixed(0)} ± ${error.toFixed(0)}`],
  ['', ({ grows }) => (grows ? 'GROWS' : '')],
]

export function formatTrends(trends: readonly Trend[]): string {
  const rows = [COLUMNS.map(([name]) => name), ...trends.map((trend) => COLUMNS.map(([, cell]) => cell(trend)))]
  const widths = COLUMNS.map((_, at) => Math.max(...rows.map((row) => row[at]!.length)))
  return rows
    .map((row) =>
      row
        .map((cell, at) => (at < 2 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** What a soak did and found, for people. */
export function formatReport({ rounds, seconds, ring, longestPause, cuts, trends, failures, csv }: SoakResult): string {
  return [
    `${rounds} claims in ${seconds} s (${((rounds * 60) / seconds).toFixed(1)} a minute), ${cuts} cuts of a member's connections`,
    `longest time without a claim ${longestPause} s; at most ${ring.most} of 64 places of the ring taken at a sample; claims final ${ring.final}`,
    formatTrends(trends),
    `samples: ${csv}`,
    failures.length === 0 ? 'everything stays flat' : failures.map((text) => `FAILED: ${text}`).join('\n'),
  ].join('\n')
}

/** The same for programs. */
export function reportJson(result: SoakResult): string {
  return JSON.stringify({ event: 'soak', ok: result.failures.length === 0, ...result })
}
