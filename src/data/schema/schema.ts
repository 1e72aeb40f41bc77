import { z } from 'zod'
import { QuorateError } from '../../core/errors.ts'
import { canonicalJson, keccak, toHex } from '../../protocol/index.ts'
import type { Hash } from '../../protocol/index.ts'
import { arraysSchema } from './arrays.ts'
import { imageSchema } from './image.ts'
import { inputWidth } from './inputs.ts'
import { tableSchema } from './table.ts'
import { textSchema } from './text.ts'

const dataSchema = z.discriminatedUnion('kind', [imageSchema, tableSchema, textSchema, arraysSchema])

/** Most numbers in one record: an image of 4096 × 4096 in colour. A schema of strangers may not ask for all memory. */
const INPUTS = 4096 * 4096 * 3

/** What the records of every member of a task look like. Members share the schema, and never records. */
export type DataSchema = z.output<typeof dataSchema>

/** The same before defaults are filled in: what a founder writes. */
export type DataSchemaInput = z.input<typeof dataSchema>

/**
 * Checks a schema and fills in its defaults, so that a schema that names a default and one that leaves it out have one hash.
 *
 * @param value JSON, such as `training.data` of a task document
 * @throws QuorateError DATA_SCHEMA naming every wrong field
 * @example parseSchema({ kind: 'image', height: 28, width: 28, channels: 1, target: { kind: 'class', labels: ['cat', 'dog'] } })
 */
export function parseSchema(value: unknown): DataSchema {
  const result = dataSchema.safeParse(value)
  if (result.success && inputWidth(result.data) <= INPUTS) return result.data
  const problems = result.success
    ? [`the inputs of one record: there are ${inputWidth(result.data)}, and at most ${INPUTS} are possible`]
    : result.error.issues.map(({ path, message }) => `${path.map(String).join('.') || 'schema'}: ${message}`)
  throw new QuorateError('DATA_SCHEMA', `the data schema is wrong in ${problems.join('; ')}`, { details: { problems } })
}

/** The canonical text of a schema. */
export function formatSchema(schema: DataSchema): string {
  return canonicalJson(schema)
}

/** keccak256 of the canonical text: members with equal hashes train on records of one form. */
export function schemaHash(schema: DataSchema): Hash {
  return toHex(keccak(new TextEncoder().encode(formatSchema(schema))))
}
