import { readFile } from 'node:fs/promises'
import { parse } from 'smol-toml'
import { QuorateError } from '../../src/core/index.ts'
import { parseSchema } from '../../src/data/index.ts'
import type { DataSchema } from '../../src/data/index.ts'

/**
 * The data schema in a file: alone, or in a task document under `training.data` or `data`.
 *
 * @param option that names the file, for messages
 * @throws QuorateError FLAG_INVALID if the file cannot be read, DATA_SCHEMA naming every wrong field
 */
export async function readSchema(option: string, path: string): Promise<DataSchema> {
  const fault = (reason: string, cause: unknown): QuorateError =>
    new QuorateError('FLAG_INVALID', `${option}: ${path} ${reason}`, { cause, details: { option, path } })
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw fault('cannot be read', cause)
  })
  let value: unknown
  try {
    value = path.endsWith('.toml') ? parse(text) : JSON.parse(text)
  } catch (cause) {
    throw fault(`is not ${path.endsWith('.toml') ? 'TOML' : 'JSON'}`, cause)
  }
  const { training, data } = (value ?? {}) as { training?: { data?: unknown }; data?: unknown }
  return parseSchema(training?.data ?? data ?? value)
}
