import { readFile } from 'node:fs/promises'
import { QuorateError } from '../../src/core/index.ts'
import { parseSchema } from '../../src/data/index.ts'
import type { TaskDocument } from '../../src/training/index.ts'
import type { TaskFile } from './task-file.ts'

/**
 * What a task file says of the data of members, as the task document says it.
 *
 * @throws QuorateError CONFIG_INVALID, DATA_SCHEMA
 */
export async function describeData(data: TaskFile['data']): Promise<Pick<TaskDocument, 'dataset' | 'data'>> {
  if ('dataset' in data && typeof data.dataset === 'string') return { dataset: data.dataset }
  if (!('schema' in data) || typeof data.schema !== 'string') return { data: parseSchema(data) }
  const file = data.schema
  const fail = (problem: string, cause: unknown): QuorateError =>
    new QuorateError('CONFIG_INVALID', `the data schema ${file} ${problem}: draft one with \`quorate data schema\``, {
      cause,
      details: { file },
    })
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw fail('cannot be read', cause)
  })
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw fail('is not JSON', cause)
  }
  return { data: parseSchema(value) }
}
