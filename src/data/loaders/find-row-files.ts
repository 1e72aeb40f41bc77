import { readFile } from 'node:fs/promises'
import { QuorateError } from '../../core/errors.ts'
import { TOKENISER_FILE } from '../encode/tokeniser.ts'
import type { Findings } from '../findings.ts'
import type { RowFile } from '../rows.ts'
import type { DataSchema } from '../schema/index.ts'
import { idxFiles } from './idx.ts'
import { JSON_LINES_EXTENSIONS, jsonLinesFile } from './json-lines.ts'
import { extensionOf } from './list-files.ts'
import type { SourceFile, SourceFiles } from './list-files.ts'
import { MODULE_EXTENSIONS, moduleFiles } from './module.ts'
import { numpyFiles } from './numpy.ts'
import { TABLE_EXTENSIONS, tableFile } from './tables.ts'
import { TEXT_EXTENSIONS, textFolder } from './text-folder.ts'

/** One label a line, beside arrays whose targets are numbers. */
const LABEL_NAMES = 'labels.txt'

/**
 * The files with records among those of a source, by what the schema describes.
 *
 * @throws QuorateError DATASET_NOT_FOUND where there are none
 */
export async function findRowFiles(
  schema: Exclude<DataSchema, { kind: 'image' }>,
  { folder, files }: SourceFiles,
  findings: Findings,
): Promise<RowFile[]> {
  const known = files.filter(({ name }) => name !== TOKENISER_FILE && name !== LABEL_NAMES)
  const [only] = known
  if (known.length === 1 && only && MODULE_EXTENSIONS.includes(extensionOf(only.name))) return moduleFiles(only.path, schema)
  const { found, used } = await (schema.kind === 'arrays' ? arraysOf(schema, files, known) : tablesOf(schema, known))
  for (const { name } of known)
    if (!used(name))
      findings.note(
        { code: 'DATA_UNREADABLE', problem: 'files of other kinds are left out', advice: 'Nothing, if that is right.' },
        name,
      )
  if (found.length > 0) return found
  throw new QuorateError('DATASET_NOT_FOUND', `${folder} has no file with records for a schema of kind ${schema.kind}`, {
    details: { folder, files: files.length },
  })
}

interface Found {
  found: RowFile[]
  used: (name: string) => boolean
}

async function tablesOf(schema: Exclude<DataSchema, { kind: 'image' | 'arrays' }>, files: readonly SourceFile[]): Promise<Found> {
  const of = (extensions: readonly string[]): SourceFile[] => files.filter(({ name }) => extensions.includes(extensionOf(name)))
  const found = [...of(TABLE_EXTENSIONS).map(tableFile), ...of(JSON_LINES_EXTENSIONS).map(jsonLinesFile)]
  // A folder of texts has no table beside them, except notes about them.
  if (found.length > 0 || schema.kind === 'table')
    return { found, used: (name) => [...TABLE_EXTENSIONS, ...JSON_LINES_EXTENSIONS].includes(extensionOf(name)) }
  const texts = of(TEXT_EXTENSIONS)
  return { found: textFolder(texts, schema), used: (name) => TEXT_EXTENSIONS.includes(extensionOf(name)) }
}

async function arraysOf(
  schema: Extract<DataSchema, { kind: 'arrays' }>,
  files: readonly SourceFile[],
  known: readonly SourceFile[],
): Promise<Found> {
  const labels = await labelNames(files)
  const found = [...numpyFiles(known, schema, labels), ...idxFiles(known, schema, labels)]
  return { found, used: (name) => ['npz', 'npy'].includes(extensionOf(name)) || /[-.]idx\d-/.test(name) }
}

/** Names of the labels that targets are indices of, where a file says so: then they are matched by name and not by their order. */
async function labelNames(files: readonly SourceFile[]): Promise<string[] | undefined> {
  const file = files.find(({ name }) => name === LABEL_NAMES)
  if (!file) return undefined
  const text = await readFile(file.path, 'utf8')
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
}
