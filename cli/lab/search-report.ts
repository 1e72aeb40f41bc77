import type { Tried } from '../../src/lab/index.ts'

/** Strategies in the report. */
const SHOWN = 10

interface ReportInput {
  /** The strongest first. */
  tried: readonly Tried[]
  /** The strategy that the search began with. */
  start: string
  objective: string
  seeds: number
  /** Words of the command line after `quorate`. */
  words: readonly string[]
}

/** The strongest strategies of a search as Markdown, with the command that repeats the first. */
export function searchReport({ tried, start, objective, seeds, words }: ReportInput): string {
  const [best] = tried
  if (!best) return 'No strategy was tried.\n'
  const began = tried.find(({ text }) => text === start)
  const names = Object.keys(best.values)
  const row = ({ values, value }: Tried): string => `| ${value.toFixed(3)} | ${names.map((name) => values[name]).join(' | ')} |`
  return [
    `The value is: ${objective}. ${tried.length} strategies, ${seeds === 1 ? 'one seed' : `mean of ${seeds} seeds`}.`,
    '',
    `| value | ${names.join(' | ')} |`,
    `|---|${names.map(() => '---|').join('')}`,
    ...tried.slice(0, SHOWN).map(row),
    '',
    ...(began ? [`The search began with ${began.value.toFixed(3)} (\`${began.text}\`). This repeats the strongest:`, ''] : []),
    '```',
    repeatCommand(words, best.text),
    '```',
    '',
  ].join('\n')
}

/** Options of a search that a grid does not take, and the one that the strategy replaces. Each has a value. */
const DROPPED = ['--search', '--budget', '--objective', '--attack']

/** The command of a search, turned into one that runs a strategy beside nobody attacking. */
export function repeatCommand(words: readonly string[], strategy: string): string {
  const kept = words.filter((word, i) => {
    const [option = ''] = word.split('=')
    return !DROPPED.includes(option) && !DROPPED.includes(words[i - 1] ?? '')
  })
  return ['quorate', ...kept, '--attack', `none,${strategy}`].join(' ')
}
