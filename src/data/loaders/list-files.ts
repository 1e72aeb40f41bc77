import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { QuorateError } from '../../core/errors.ts'
import type { PartName } from '../dataset.ts'

export interface SourceFile {
  path: string
  /** Relative to the folder, with slashes. */
  name: string
}

export interface SourceFiles {
  /** The folder, or that of the file. */
  folder: string
  /** In the order of their names, so that every machine reads them in one order. */
  files: SourceFile[]
}

/** Deeper folders are a loop of links, or a mistake. */
const DEPTH = 8

/**
 * The files of a data set: one file, or all in a folder and below. Hidden files are left out.
 *
 * @throws QuorateError DATASET_NOT_FOUND
 */
export async function listFiles(path: string): Promise<SourceFiles> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new QuorateError('DATASET_NOT_FOUND', `${path} cannot be read`, { cause, details: { path } })
  })
  if (found.isFile()) return { folder: dirname(path), files: [{ path, name: basename(path) }] }
  const files: SourceFile[] = []
  await collect(path, '', DEPTH, files)
  return { folder: path, files: files.sort((a, b) => (a.name < b.name ? -1 : 1)) }
}

async function collect(folder: string, prefix: string, depth: number, files: SourceFile[]): Promise<void> {
  for (const entry of await readdir(folder)) {
    if (entry.startsWith('.') || entry === '__MACOSX' || entry === 'Thumbs.db') continue
    const path = join(folder, entry)
    const name = prefix + entry
    // A link that leads nowhere is not a file.
    const found = await stat(path).catch(() => undefined)
    if (found?.isFile()) files.push({ path, name })
    else if (found?.isDirectory() && depth > 0) await collect(path, `${name}/`, depth - 1, files)
  }
}

const PARTS: Record<string, PartName> = { train: 'train', training: 'train', test: 'test', testing: 'test', t10k: 'test' }

/** The part that a name says: `train/cats/1.png`, `test.csv`, `train-images-idx3-ubyte`. */
export function partOf(name: string): PartName | undefined {
  const [first = ''] = name.split('/')
  const [word = ''] = first.toLowerCase().split(/[^a-z0-9]/)
  return Object.hasOwn(PARTS, word) ? PARTS[word] : undefined
}

/** Extension in lower case without `.gz`: `csv` of `Data.CSV.gz`. */
export function extensionOf(name: string): string {
  const plain = name.toLowerCase().replace(/\.gz$/, '')
  return plain.includes('.') ? plain.slice(plain.lastIndexOf('.') + 1) : ''
}
