import { basename, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { QuorateError } from '../../core/errors.ts'
import type { PartName } from '../dataset.ts'
import type { ReadRows, Row, RowFile } from '../rows.ts'
import type { DataSchema } from '../schema/index.ts'

export const MODULE_EXTENSIONS: readonly string[] = ['js', 'mjs', 'ts', 'mts']

type Records = Iterable<Row> | AsyncIterable<Row>

/** Records, or a function that makes them for a schema. It is called again for each reading. */
export type RecordsExport = Records | ((options: { schema: DataSchema; signal?: AbortSignal }) => Records | Promise<Records>)

const BATCH = 1024

/**
 * A module that exports records as objects with the names of the schema: as `default`, or as `train` and `test`.
 *
 * @throws QuorateError DATA_UNREADABLE if the module cannot be loaded or exports none of them
 * @example
 * export default async function* ({ schema }) { yield { x: [0.5, 1], label: 'yes' } }
 */
export async function moduleFiles(path: string, schema: DataSchema): Promise<RowFile[]> {
  const name = basename(path)
  const loaded = (await import(pathToFileURL(resolve(path)).href).catch((cause: unknown) => {
    throw new QuorateError('DATA_UNREADABLE', `the module ${name} cannot be loaded: ${(cause as Error).message}`, { cause })
  })) as { default?: RecordsExport; train?: RecordsExport; test?: RecordsExport }
  const exported: [PartName | undefined, RecordsExport | undefined][] = loaded.default
    ? [[undefined, loaded.default]]
    : [
        ['train', loaded.train],
        ['test', loaded.test],
      ]
  const files = exported.flatMap(([part, records]) => (records ? [moduleFile(name, part, records, schema)] : []))
  if (files.length > 0) return files
  throw new QuorateError('DATA_UNREADABLE', `the module ${name} exports no records: export them as default, or as train and test`)
}

function moduleFile(name: string, part: PartName | undefined, records: RecordsExport, schema: DataSchema): RowFile {
  return {
    name: part === undefined ? name : `${name}, ${part}`,
    part,
    columns: async () => undefined,
    async *rows({ findings, signal }: ReadRows) {
      let batch: Row[] = []
      try {
        const list = typeof records === 'function' ? await records({ schema, signal }) : records
        for await (const row of list) {
          signal?.throwIfAborted()
          batch.push(row)
          if (batch.length < BATCH) continue
          yield batch
          batch = []
        }
      } catch (error) {
        if (signal?.aborted) throw error
        findings.error({ code: 'DATA_UNREADABLE', problem: `the module failed: ${(error as Error).message}` }, name)
      }
      if (batch.length > 0) yield batch
    },
  }
}
