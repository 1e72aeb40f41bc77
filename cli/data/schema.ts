import type { Command } from 'commander'
import { createOutput } from '../../src/console/index.ts'
import { draftSchema, parseSchema } from '../../src/data/index.ts'
import { readWords } from './read-words.ts'

interface SchemaFlags {
  from: string
  target?: string
  text?: string
  words?: string
  json: boolean
}

/** `quorate data schema`: a schema to be edited, from the data of the founder. */
export default function schemaCommand(data: Command): void {
  data
    .command('schema')
    .description('draft a data schema from a folder or a table; edit it before you share it')
    .requiredOption('--from <path>', 'folder or file of data')
    .option('--target <column>', 'column of what the model predicts; label by default, y for arrays')
    .option('--text <column>', 'column of texts: the records are texts and not a table')
    .option('--words <file>', 'words of a small tokeniser, one a line, where the folder has no tokenizer.json')
    .option('--json', 'print the result as JSON', false)
    .action(async ({ from, target, text, words, json }: SchemaFlags) => {
      const output = createOutput(json)
      const { schema, notes } = await draftSchema(from, {
        target,
        text,
        words: words === undefined ? undefined : await readWords(words),
      })
      for (const note of notes) output.story(`note: ${note}`)
      output.result({ event: 'data-schema', ok: true, schema, notes }, JSON.stringify(schema, null, 2))
      // A draft may lack what only its author knows, such as a second label.
      try {
        parseSchema(schema)
      } catch (error) {
        output.story(`note: ${(error as Error).message}`)
      }
    })
}
