import type { Command } from 'commander'
import type { Output } from '../../src/console/index.ts'
import { HELD_OUT } from '../../src/data/index.ts'
import { plural, QuorateError } from '../../src/core/index.ts'

export interface DataFlags {
  schema: string
  data: string
  tokeniser?: string
  json: boolean
}

/** Options of commands that read data after a schema. */
export function withData(command: Command): Command {
  return command
    .requiredOption('--schema <file>', 'data schema of the task: JSON or TOML, or a task document that has one')
    .requiredOption('--data <path>', 'folder or file of the data')
    .option('--tokeniser <file>', 'file of the tokeniser; tokenizer.json in the folder of the data by default')
    .option('--json', 'print the result as JSON', false)
}

/** Time between two lines of progress, ms. */
const PROGRESS = 5_000

/** Says now and then how many records were read. */
export function progressTo(output: Pick<Output, 'story'>): (records: number) => void {
  let said = performance.now()
  return (records) => {
    if (performance.now() - said < PROGRESS) return
    said = performance.now()
    output.story(`${plural(records, 'record')} read`)
  }
}

export interface SplitFlags {
  seed?: string
  heldOut: number
}

/** Options that decide what is held out from training. */
export function withSplit(command: Command): Command {
  return command
    .option(
      '--seed <text>',
      'text that decides which records are held out; by default the hash of the schema, as members of a task do',
    )
    .option('--held-out <share>', 'share of the records that is held out, where the data has no part named test', share, HELD_OUT)
}

function share(text: string): number {
  const value = Number(text)
  if (value >= 0 && value < 1 && text !== '') return value
  throw new QuorateError('FLAG_INVALID', `--held-out ${text}: expected a share from 0 to below 1`)
}
