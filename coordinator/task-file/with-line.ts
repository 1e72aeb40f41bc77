import { readFile } from 'node:fs/promises'
import { isQuorateError, QuorateError } from '../../src/core/index.ts'
import { lineOf } from '../../src/config/index.ts'

/**
 * Adds file and line to what is wrong with one field of a task file, where the fault shows only when the model is known.
 *
 * @param path of the task file
 * @throws QuorateError CONFIG_INVALID with `details: { file, issues }`, as `readTaskFile`; whatever else the work ends with
 * @example const plan = await withLine('task.toml', planTask(file, options))
 */
export async function withLine<T>(path: string, work: Promise<T>): Promise<T> {
  return work.catch(async (error: unknown) => {
    const { field, problem } = isQuorateError(error, 'CONFIG_INVALID') ? error.details : {}
    if (typeof field !== 'string' || typeof problem !== 'string') throw error
    const line = lineOf(await readFile(path, 'utf8'), field.split('.'))
    const place = line === undefined ? '' : `line ${line}: `
    throw new QuorateError('CONFIG_INVALID', `${path}: ${place}${field}: ${problem}`, {
      cause: error,
      details: { file: path, issues: [{ path: field, message: problem, ...(line !== undefined && { line }) }] },
    })
  })
}
