import { QuorateError } from '../../core/errors.ts'
import { JSON_LINES_EXTENSIONS } from '../loaders/json-lines.ts'
import { IMAGE_EXTENSIONS } from '../loaders/label-images.ts'
import { extensionOf, listFiles } from '../loaders/list-files.ts'
import type { SourceFile } from '../loaders/list-files.ts'
import { TABLE_EXTENSIONS } from '../loaders/tables.ts'
import { TEXT_EXTENSIONS } from '../loaders/text-folder.ts'
import { draftArrays } from './arrays.ts'
import type { Draft, DraftOptions } from './draft.ts'
import { draftImages } from './image.ts'
import { draftTable } from './table.ts'
import { draftText } from './text.ts'

/**
 * Drafts a schema from the data of one member. It is a start for the founder and no measurement: scaling is left to be agreed, and rare categories are left out, because
 * a schema is public.
 *
 * @throws QuorateError DATASET_NOT_FOUND, DATA_UNREADABLE, DATA_COLUMN_MISSING without the target
 * @example const { schema, notes } = await draftSchema('./patients.csv', { target: 'readmitted' })
 */
export async function draftSchema(path: string, options: DraftOptions = {}): Promise<Draft> {
  const source = await listFiles(path)
  const of = (...extensions: string[]): SourceFile[] => source.files.filter(({ name }) => extensions.includes(extensionOf(name)))
  const images = of(...IMAGE_EXTENSIONS)
  if (images.length > 0) return draftImages(source.files, options)
  const tables = of(...TABLE_EXTENSIONS, ...JSON_LINES_EXTENSIONS)
  const texts = of(...TEXT_EXTENSIONS)
  if (tables.length > 0 && options.text === undefined) return draftTable(tables, options)
  if (tables.length > 0 || texts.some(({ name }) => name.includes('/')))
    return draftText(source.files, { tables, texts }, options)
  if (source.files.some(({ name }) => ['npz', 'npy'].includes(extensionOf(name)) || /[-.]idx\d-/.test(name)))
    return draftArrays(source, options)
  throw new QuorateError('DATASET_NOT_FOUND', `${path} has no images, tables, texts or arrays (docs/data.md lists the layouts)`)
}

export type { Draft, DraftOptions } from './draft.ts'
