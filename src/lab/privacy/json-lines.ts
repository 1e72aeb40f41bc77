import { appendFile, readFile } from 'node:fs/promises'

/** Finished work by key, one JSON object a line. A last line that a killed process left half-written is passed over: its work runs again. */
export async function readLines<T extends { key: string }>(path: string): Promise<Map<string, T>> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  return new Map(
    text
      .split('\n')
      .flatMap((line) => parse<T>(line) ?? [])
      .map((value) => [value.key, value] as const),
  )
}

/** One line at once; the leading newline ends a torn line before it. */
export async function appendLine(path: string, value: { key: string }): Promise<void> {
  await appendFile(path, `\n${JSON.stringify(value)}\n`)
}

function parse<T extends { key: string }>(line: string): T[] | undefined {
  if (line.trim() === '') return undefined
  try {
    const value = JSON.parse(line) as T
    return typeof value.key === 'string' ? [value] : undefined
  } catch {
    return undefined
  }
}
