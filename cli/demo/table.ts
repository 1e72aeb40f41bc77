import pc from 'picocolors'
import { DEVELOPMENT_TOKEN } from '../../src/chain/index.ts'
import { formatAmount } from '../../src/core/index.ts'
import { qualityText } from './progress.ts'
import type { Progress } from './progress.ts'

const BAR = 24

/** The live table of the demo, with colours if the terminal supports them. */
export function drawTable(progress: Progress): string {
  const { members, rounds, round, phase, counts, rows, notes } = progress
  const total = members.length
  const done = Math.min(progress.posted, rounds)
  const bar = '█'.repeat(Math.round((done / rounds) * BAR)).padEnd(BAR, '░')
  const accuracies = progress.accuracies()
  const latest = accuracies.at(-1)
  const trend = accuracies.map(({ accuracy }) => spark(accuracy)).join('')
  // The chain has already opened the round after the last one, which the demo does not run.
  const doing = progress.posted >= rounds ? progress.step : phase || progress.step
  const lines = [
    '',
    `${pc.bold('round')} ${Math.max(round, 1)}  ${done}/${rounds}  ${bar}  ${pc.cyan(doing)}` +
      `  committed ${counts.committed}/${total}  revealed ${counts.revealed}/${total}  attested ${counts.attested}/${total}`,
    `${pc.bold('test accuracy')} ${latest ? `${(latest.accuracy * 100).toFixed(2)} %  ${trend}  ${pc.dim(qualityText(progress.quality.get(latest.round)))}` : '–'}`,
    '',
    pc.dim('member                                      who         last verdict   weight  rejected   reward'),
  ]
  const lastRows = rows.get(Math.max(0, ...rows.keys()))
  for (const member of members) {
    const row = lastRows?.find((candidate) => candidate.member === member.owner)
    const rejected = progress.rejections(member.owner).length
    const verdict = row?.verdict ?? '–'
    const colour = verdict === 'accepted' ? pc.green : verdict === 'rejected' || verdict === 'quarantined' ? pc.red : pc.yellow
    lines.push(
      `${member.owner}  ${member.attack ? pc.red(member.attack.padEnd(10)) : 'honest'.padEnd(10)}  ${colour(verdict.padEnd(13))}  ` +
        `${row ? `${((row.weight / 65_536) * 100).toFixed(1)} %`.padStart(6) : '     –'}  ${`${rejected}/${rows.size}`.padStart(8)}  ${formatTokens(progress.rewards[member.owner])}` +
        (progress.quarantined[member.owner] ? `  quarantined until round ${progress.quarantined[member.owner]}` : ''),
    )
  }
  if (notes.length > 0) lines.push('', ...notes.map((note) => pc.yellow(note)))
  return lines.join('\n')
}

/** Tokens with two decimals; the summary has the exact wei. */
function formatTokens(wei: string | undefined): string {
  return Number(formatAmount(BigInt(wei ?? 0), DEVELOPMENT_TOKEN))
    .toFixed(2)
    .padStart(8)
}

function spark(value: number): string {
  return '▁▂▃▄▅▆▇█'[Math.min(7, Math.floor(value * 8))]!
}
