import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { QuorateError } from '../../core/errors.ts'
import { keccak, toHex } from '../../protocol/index.ts'
import type { TextSchema } from '../schema/index.ts'

/** Token ids of a text. */
export type Tokenise = (text: string) => number[]

/** Name of the tokeniser's file in the folder of the data. */
export const TOKENISER_FILE = 'tokenizer.json'

/**
 * The tokeniser that the schema names: from the schema itself, or from a file whose hash the schema has.
 *
 * @param folder of the data, in which `tokenizer.json` is looked for
 * @param file instead
 * @throws QuorateError DATASET_NOT_FOUND without the file, DATA_SCHEMA_DIFFERS for another file, DATA_SCHEMA for a definition the library refuses
 */
export async function loadTokeniser(schema: TextSchema, folder: string, file = join(folder, TOKENISER_FILE)): Promise<Tokenise> {
  const definition = 'definition' in schema.tokeniser ? schema.tokeniser.definition : await readDefinition(schema.tokeniser, file)
  const { Tokenizer } = await import('@huggingface/tokenizers')
  try {
    const tokeniser = new Tokenizer(definition, {})
    const options = { add_special_tokens: schema.specialTokens }
    const tokenise: Tokenise = (text) => tokeniser.encode(text, options).ids
    tokenise('one text')
    return tokenise
  } catch (cause) {
    throw new QuorateError('DATA_SCHEMA', `the tokeniser cannot be used: ${(cause as Error).message}`, { cause })
  }
}

async function readDefinition({ name, hash }: { name: string; hash: string }, file: string): Promise<unknown> {
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new QuorateError('DATASET_NOT_FOUND', `the tokeniser ${name} is not at ${file}: copy it there, or name its file`, {
      cause,
      details: { file, hash },
    })
  })
  const found = toHex(keccak(bytes))
  if (found !== hash)
    throw new QuorateError(
      'DATA_SCHEMA_DIFFERS',
      `${file} is not the tokeniser ${name} of the schema: its hash is ${found}, not ${hash}`,
    )
  return JSON.parse(bytes.toString('utf8'))
}
