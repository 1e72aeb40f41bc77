import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import type { Command } from 'commander'
import { starterModel } from '../../coordinator/task-file/index.ts'
import { createOutput } from '../../src/console/index.ts'
import { QuorateError } from '../../src/core/index.ts'
import { draftSchema, parseSchema } from '../../src/data/index.ts'
import type { DataSchema } from '../../src/data/index.ts'
import { readWords } from '../data/read-words.ts'

interface InitFlags {
  data?: string
  target?: string
  text?: string
  words?: string
  json: boolean
}

/** What MNIST looks like: the task to begin with where there is no data yet. */
const DIGITS = parseSchema({
  kind: 'image',
  height: 28,
  width: 28,
  channels: 1,
  target: { kind: 'class', labels: Array.from({ length: 10 }, (_, digit) => String(digit)) },
})

/** `quorate task init`: the files of a task to begin with. */
export default function initCommand(task: Command): void {
  task
    .command('init')
    .argument('[folder]', 'where the files go', '.')
    .description('write a commented task.toml, a model that fits the data, and a draft of the data schema')
    .option('--data <path>', 'your folder or file of data, to draft from; without it the task trains on MNIST')
    .option('--target <column>', 'column of what the model predicts; label by default, y for arrays')
    .option('--text <column>', 'column of texts: the records are texts and not a table')
    .option('--words <file>', 'words of a small tokeniser, one a line, where the folder has no tokenizer.json')
    .option('--json', 'print the result as JSON', false)
    .action(async (folder: string, { json, ...flags }: InitFlags) => {
      const output = createOutput(json)
      const { files, notes } = await draftTask(folder, flags)
      const to = resolve(folder)
      await mkdir(to, { recursive: true })
      const there = (await readdir(to)).find((name) => files.has(name))
      if (there !== undefined)
        throw new QuorateError('USAGE', `${join(to, there)} is there already: name another folder`, {
          details: { file: join(to, there) },
        })
      for (const [name, text] of files) await writeFile(join(to, name), text)
      for (const note of notes) output.story(`note: ${note}`)
      const file = join(folder, 'task.toml')
      output.result(
        { event: 'initialised', ok: true, files: [...files.keys()].map((name) => join(to, name)), notes },
        [
          `Wrote  ${[...files.keys()].join(', ')} in ${to}`,
          `Next   read them, then quorate task check ${file}${flags.data === undefined ? '' : ` --data ${flags.data}`}`,
        ].join('\n'),
      )
    })
}

/** The texts of the files by name. */
export async function draftTask(
  folder: string,
  { data, target, text, words }: Omit<InitFlags, 'json'>,
): Promise<{ files: Map<string, string>; notes: string[] }> {
  const drafted =
    data === undefined
      ? undefined
      : await draftSchema(data, { target, text, words: words === undefined ? undefined : await readWords(words) })
  const schema = drafted ? parseSchema(drafted.schema) : DIGITS
  const name = drafted ? basename(resolve(folder)).slice(0, 64) : 'digits'
  const model = await starterModel(name, schema)
  const files = new Map([
    ['task.toml', await taskToml(name, schema, drafted === undefined)],
    ['model.json', lines(model)],
  ])
  if (drafted) files.set('schema.json', lines(drafted.schema))
  return { files, notes: drafted?.notes ?? [] }
}

async function taskToml(name: string, { target }: DataSchema, isPublic: boolean): Promise<string> {
  const text = await readFile(resolve(import.meta.dirname, '../../templates/task.toml'), 'utf8')
  const values: Record<string, string> = {
    name,
    loss: target.kind === 'number' ? 'mean-squared-error' : 'cross-entropy',
    data: isPublic
      ? 'dataset = "mnist"              # the format of the members\' files'
      : 'schema = "schema.json"         # what the records of every member look like: all members see it',
  }
  return text.replaceAll(/\{\{(\w+)\}\}/g, (_, key: string) => values[key]!)
}

function lines(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
