import { readFile } from 'node:fs/promises'
import { QuorateError } from '../../core/errors.ts'
import { keccak, toHex } from '../../protocol/index.ts'
import { TOKENISER_FILE } from '../encode/tokeniser.ts'
import { wordTokeniser } from '../encode/word-tokeniser.ts'
import type { SourceFile } from '../loaders/list-files.ts'
import { partOf } from '../loaders/list-files.ts'
import type { DataSchemaInput } from '../schema/index.ts'
import { sortLabels } from './draft.ts'
import type { Draft, DraftOptions } from './draft.ts'
import { draftTableTarget } from './table.ts'

type Tokeniser = Extract<DataSchemaInput, { kind: 'text' }>['tokeniser']

const TOKENS = 128

/** Texts in a column, or in files whose folders are the labels. */
export async function draftText(
  all: readonly SourceFile[],
  { tables, texts }: { tables: readonly SourceFile[]; texts: readonly SourceFile[] },
  { target = 'label', text = 'text', words }: DraftOptions,
): Promise<Draft> {
  const labels = texts.flatMap(({ name }) => {
    const folders = name.split('/').slice(0, -1)
    const label = folders.at(-1)
    return label === undefined || (folders.length === 1 && partOf(name) !== undefined) ? [] : [label]
  })
  return {
    schema: {
      kind: 'text',
      column: text,
      tokeniser: await draftTokeniser(all, words),
      maxTokens: TOKENS,
      target:
        tables.length > 0
          ? await draftTableTarget(tables, target)
          : { kind: 'class', column: target, labels: sortLabels(labels) },
    },
    notes: [`maxTokens is ${TOKENS}: \`quorate data check\` counts the texts that are longer`],
  }
}

async function draftTokeniser(files: readonly SourceFile[], words: readonly string[] | undefined): Promise<Tokeniser> {
  const file = files.find(({ name }) => name === TOKENISER_FILE)
  if (file) return { name: TOKENISER_FILE, hash: toHex(keccak(await readFile(file.path))) }
  if (words) return { definition: wordTokeniser(words) }
  throw new QuorateError(
    'DATASET_NOT_FOUND',
    `there is no tokeniser: put ${TOKENISER_FILE} into the folder, or name a file of words with --words`,
  )
}
