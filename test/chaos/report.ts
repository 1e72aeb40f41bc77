import { formatEther } from 'viem'
import type { Episode } from './episode.ts'
import type { RunResult } from './run.ts'

/** Names and numbers in two columns. */
function table(rows: readonly (readonly [string, string | number])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`).join('\n')
}

/** Highest of each program, over the run. */
function peaks(samples: RunResult['samples']): (readonly [string, string])[] {
  return [...Map.groupBy(samples, ({ program }) => program)].map(([program, of]) => {
    const most = (field: 'rssMiB' | 'files' | 'threads'): number => of.reduce((top, sample) => Math.max(top, sample[field]), 0)
    return [program, `${most('rssMiB')} MiB, ${most('files')} files, ${most('threads')} threads`]
  })
}

/** What each fault did, a line of a table each. */
export function formatEpisodes(episodes: readonly Episode[]): string {
  const heads = [
    'fault',
    'target',
    'phase',
    's',
    's of the chain',
    'posted',
    'lost',
    'rejected',
    'stake lost',
    'going on after, s',
  ]
  const rows = episodes.map((one) => [
    one.fault,
    one.target,
    one.phase ?? 'none',
    one.seconds,
    one.chainSeconds,
    one.posted,
    one.lost,
    one.rejected,
    formatEther(one.stakeLost),
    one.recovered,
  ])
  return [heads, heads.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
}

/** What a run did and found, for people. */
export function formatReport(result: RunResult): string {
  const { schedule, rounds, faults, restarts, seconds, violations, folder, kept, reorganised } = result
  const total = [...faults.values()].reduce((sum, count) => sum + count, 0)
  return [
    `seed ${schedule.seed}: ${seconds} s`,
    table([
      ['claims posted', rounds.posted],
      ['rounds failed', rounds.failed],
      ['rounds voided', rounds.voided],
      ['claims rejected', rounds.rejected],
      ['claims audited', rounds.audited],
      ['reorganisations', reorganised],
      ['restarts', restarts],
      ['faults', total],
    ]),
    `faults by kind:`,
    table([...faults].sort(([a], [b]) => (a < b ? -1 : 1))),
    ...(result.episodes.length > 0 ? [formatEpisodes(result.episodes)] : []),
    `most of each program:`,
    table(peaks(result.samples)),
    violations.length === 0 ? 'no violations' : `${violations.length} violations:`,
    ...violations.map(({ at, rule, text }) => `  after ${at} s, ${rule}: ${text}`),
    ...(kept ? [`logs, data and schedule: ${folder}`] : []),
  ].join('\n')
}

/** The same for programs. */
export function reportJson(result: RunResult): string {
  const { schedule, samples, ...rest } = result
  return JSON.stringify({
    event: 'chaos',
    ok: rest.violations.length === 0,
    seed: schedule.seed,
    ...rest,
    faults: Object.fromEntries(rest.faults),
    episodes: rest.episodes.map((one) => ({ ...one, stakeLost: String(one.stakeLost) })),
    peaks: Object.fromEntries(peaks(samples)),
  })
}
