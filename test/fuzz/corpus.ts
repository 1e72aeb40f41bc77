import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const FOLDER = join(import.meta.dirname, 'corpus')

/** The inputs that broke a decoder once, by file name. */
export function corpusOf(target: string): Map<string, Uint8Array> {
  const folder = join(FOLDER, target)
  if (!existsSync(folder)) return new Map()
  return new Map(readdirSync(folder).map((name) => [name, new Uint8Array(readFileSync(join(folder, name)))]))
}

/** Keeps an input; the path of its file. */
export function keepInput(target: string, input: Uint8Array): string {
  const folder = join(FOLDER, target)
  mkdirSync(folder, { recursive: true })
  const path = join(folder, `${createHash('sha256').update(input).digest('hex').slice(0, 16)}.bin`)
  writeFileSync(path, input)
  return path
}
