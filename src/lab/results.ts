import { appendFile, readFile } from 'node:fs/promises'
import type { CellResult } from './cell-result.ts'

/** Results of earlier runs by key. A last line that a killed process left half-written is passed over: its cell runs again. */
export async function readResults(path: string): Promise<Map<string, CellResult>> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  const results = new Map<string, CellResult>()
  for (const line of text.split('\n')) {
    const result = parse(line)
    if (result) results.set(result.key, result)
  }
  return results
}

/** One line at once; the leading newline ends a torn line before it. */
export async function appendResult(path: string, result: CellResult): Promise<void> {
  await appendFile(path, `\n${JSON.stringify(result)}\n`)
}

function parse(line: string): CellResult | undefined {
  if (line.trim() === '') return undefined
  try {
    const value = JSON.parse(line) as Partial<CellResult>
    return typeof value.key === 'string' && Array.isArray(value.accuracy) ? (value as CellResult) : undefined
  } catch {
    return undefined
  }
}
