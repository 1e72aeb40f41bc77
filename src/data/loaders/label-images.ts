import { join, posix } from 'node:path'
import type { PartName } from '../dataset.ts'
import type { Findings } from '../findings.ts'
import type { Cell } from '../rows.ts'
import { extensionOf, partOf } from './list-files.ts'
import type { SourceFile } from './list-files.ts'
import { tableFile } from './tables.ts'

export const IMAGE_EXTENSIONS: readonly string[] = ['png', 'jpg', 'jpeg', 'webp', 'tif', 'tiff']

/** A table of names and labels beside images. */
const LABELS_FILE = 'labels.csv'
const FILE_COLUMN = 'file'

export interface LabelledImage {
  path: string
  name: string
  /** Undefined where nothing names it. */
  label: Cell
  part: PartName | undefined
}

/**
 * Finds the label of each image: in `labels.csv` with the columns `file` and the target where there is one, otherwise the name of the folder
 * below `train` or `test`, or below the top.
 *
 * @param column of the target
 */
export async function labelImages(files: readonly SourceFile[], column: string, findings: Findings): Promise<LabelledImage[]> {
  const images = files.filter(({ name }) => IMAGE_EXTENSIONS.includes(extensionOf(name)))
  const tables = files.filter(({ name }) => posix.basename(name) === LABELS_FILE)
  if (tables.length > 0)
    return (await Promise.all(tables.map(async (table) => fromTable(table, images, column, findings)))).flat()
  return images.map(({ path, name }) => {
    const part = partOf(name)
    const folders = name.split('/').slice(part === undefined || !name.includes('/') ? 0 : 1, -1)
    return { path, name, label: folders[0], part }
  })
}

async function fromTable(
  table: SourceFile,
  images: readonly SourceFile[],
  column: string,
  findings: Findings,
): Promise<LabelledImage[]> {
  const folder = posix.dirname(table.name)
  const byName = new Map(images.map((image) => [image.name, image]))
  const labelled: LabelledImage[] = []
  const { rows, columns } = tableFile(table)
  const names = (await columns()) ?? []
  for (const name of [FILE_COLUMN, column])
    if (!names.includes(name))
      findings.error({ code: 'DATA_COLUMN_MISSING', problem: `${JSON.stringify(name)} is missing` }, table.name)
  for await (const batch of rows({ wanted: [FILE_COLUMN, column], findings })) {
    for (const row of batch) {
      const name = join(folder, String(row[FILE_COLUMN])).replaceAll('\\', '/')
      const image = byName.get(name)
      if (image) labelled.push({ ...image, label: row[column], part: partOf(name) ?? partOf(table.name) })
      else findings.skip({ code: 'DATA_UNREADABLE', problem: `${LABELS_FILE} names a file that is not there` }, name)
      byName.delete(name)
    }
  }
  for (const name of byName.keys())
    if (folder === '.' || name.startsWith(`${folder}/`))
      findings.skip({ code: 'DATA_LABEL_UNKNOWN', problem: `${LABELS_FILE} has no label for an image` }, name)
  return labelled
}
