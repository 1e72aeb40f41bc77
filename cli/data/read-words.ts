import { readFile } from 'node:fs/promises'
import { QuorateError } from '../../src/core/index.ts'

/** The words of a file, each once. @throws QuorateError FLAG_INVALID */
export async function readWords(path: string): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new QuorateError('FLAG_INVALID', `--words: ${path} cannot be read`, { cause })
  })
  return [...new Set(text.split(/\s+/).filter((word) => word !== ''))]
}
