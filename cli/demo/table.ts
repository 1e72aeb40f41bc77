import pc from 'picocolors'
import { DEVELOPMENT_TOKEN } from '../../src/chain/index.ts'
import { formatAmount } from '../../src/core/index.ts'
import type { DemoMember } from './consortium.ts'
import { qualityText } from './progress.ts'
import type { Progress, RoundRow } from './progress.ts'
import { nameOf, phaseText, refusalText, shortAddress, wrap } from './words.ts'

const BAR = 12
/** Accuracies that are drawn, the newest ones. */
const TREND = 20

/** Title and width of each column; numbers stand to the right. With a space between them they fill 74 characters. */
const TABLE = {
  member: { width: 9 },
  account: { width: 11 },
  who: { width: 16 },
  verdict: { width: 12 },
  weight: { width: 6, right: true },
  refused: { width: 7, right: true },
  tokens: { width: 7, right: true },
} satisfies Record<string, { width: number; right?: true }>
type Column = keyof typeof TABLE
const COLUMN_NAMES = Object.keys(TABLE) as Column[]
const HEADER = rowText(Object.fromEntries(COLUMN_NAMES.map((name) => [name, name])) as Record<Column, string>)

/** The live table of the demo for terminals of 80 columns, with colours if the terminal supports them. */
export function drawTable(progress: Progress): string {
  const { members, rounds, round, phase, counts, rows, notes } = progress
  const done = Math.min(progress.posted, rounds)
  const bar = '█'.repeat(Math.round((done / rounds) * BAR)).padEnd(BAR, '░')
  const accuracies = progress.accuracies()
  const latest = accuracies.at(-1)
  const trend = accuracies
    .slice(-TREND)
    .map(({ accuracy }) => spark(accuracy))
    .join('')
  // The chain has already opened the round after the last one, which the demo does not run.
  const ended = progress.posted >= rounds
  const doing = ended || phase === '' ? progress.step : phaseText(phase, counts, members.length)
  const quality = latest && qualityText(progress.quality.get(latest.round))
  const lastRows = rows.get(Math.max(0, ...rows.keys()))
  const refusals = members.flatMap((member) => refusalOf(member, progress, lastRows) ?? [])
  return [
    '',
    `${pc.bold(`round ${Math.min(Math.max(round, 1), rounds)} of ${rounds}`)}  ${bar}  ${pc.cyan(doing)}`,
    latest
      ? `${pc.bold('accuracy')} ${(latest.accuracy * 100).toFixed(2)} %  ${trend}  ${pc.dim(quality ?? '')}`
      : `${pc.bold('accuracy')} –`,
    '',
    pc.dim(HEADER),
    ...members.map((member) => memberLine(member, progress, lastRows)),
    ...(refusals.length > 0 ? ['', ...refusals] : []),
    ...(notes.length > 0 ? ['', ...notes.map((note) => pc.yellow(wrap(note)))] : []),
  ].join('\n')
}

function memberLine(member: DemoMember, progress: Progress, lastRows: readonly RoundRow[] | undefined): string {
  const last = lastRows?.find((candidate) => candidate.member === member.owner)
  const verdict = last?.verdict ?? '–'
  const colour = verdict === 'accepted' ? pc.green : verdict === 'rejected' || verdict === 'quarantined' ? pc.red : pc.yellow
  return rowText(
    {
      member: nameOf(member),
      account: shortAddress(member.owner),
      who: member.attack ?? 'honest',
      verdict,
      weight: last ? `${((last.weight / 65_536) * 100).toFixed(1)} %` : '–',
      refused: `${progress.rejections(member.owner).length}/${progress.rows.size}`,
      tokens: formatTokens(progress.rewards[member.owner]),
    },
    { verdict: colour, ...(member.attack && { who: pc.red }) },
  )
}

/** Why the last update of a member has no weight; undefined for one that counted. */
function refusalOf(member: DemoMember, progress: Progress, lastRows: readonly RoundRow[] | undefined): string | undefined {
  const last = lastRows?.find((candidate) => candidate.member === member.owner)
  const until = progress.quarantined[member.owner]
  return last?.weight === 0 ? wrap(`${nameOf(member)} ${refusalText(last, until)}`) : undefined
}

function rowText(texts: Record<Column, string>, colours: Partial<Record<Column, (text: string) => string>> = {}): string {
  const cells = COLUMN_NAMES.map((name) => {
    const { width, right = false }: { width: number; right?: boolean } = TABLE[name]
    // Colours come last: their codes have no width.
    const text = right ? texts[name].padStart(width) : texts[name].slice(0, width).padEnd(width)
    return colours[name]?.(text) ?? text
  })
  return cells.join(' ')
}

/** Tokens with two decimals; the summary has the exact wei. */
function formatTokens(wei: string | undefined): string {
  return Number(formatAmount(BigInt(wei ?? 0), DEVELOPMENT_TOKEN)).toFixed(2)
}

function spark(value: number): string {
  return '▁▂▃▄▅▆▇█'[Math.min(7, Math.floor(value * 8))]!
}
