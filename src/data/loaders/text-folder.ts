import { readFile } from 'node:fs/promises'
import type { PartName } from '../dataset.ts'
import type { ReadRows, Row, RowFile } from '../rows.ts'
import type { TextSchema } from '../schema/index.ts'
import { partOf } from './list-files.ts'
import type { SourceFile } from './list-files.ts'

export const TEXT_EXTENSIONS: readonly string[] = ['txt', 'md']

/** Texts in files, one text a file; the label is the folder that the file lies in: `train/spam/12.txt`. */
export function textFolder(files: readonly SourceFile[], schema: TextSchema): RowFile[] {
  const parts = Map.groupBy(files, ({ name }) => partOf(name))
  return [...parts].map(([part, group]) => textPart(group, part, schema))
}

function textPart(files: readonly SourceFile[], part: PartName | undefined, { column, target }: TextSchema): RowFile {
  return {
    name: part === undefined ? 'text files' : `text files of ${part}`,
    part,
    columns: async () => [column, target.column],
    async *rows({ findings, signal }: ReadRows) {
      const decoder = new TextDecoder('utf-8', { fatal: true })
      for (const { path, name } of files) {
        signal?.throwIfAborted()
        const label = name.split('/').at(-2)
        if (label === undefined) {
          findings.skip({ code: 'DATA_LABEL_UNKNOWN', problem: 'a text lies in no folder that names its label' }, name)
          continue
        }
        const text = await readFile(path)
          .then((bytes) => decoder.decode(bytes))
          .catch(() => undefined)
        if (text === undefined) findings.skip({ code: 'DATA_UNREADABLE', problem: 'a text cannot be read as UTF-8' }, name)
        else yield [{ [column]: text, [target.column]: label } satisfies Row]
      }
    },
  }
}
