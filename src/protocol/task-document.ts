import { z } from 'zod'
import { QuorateError } from '../core/errors.ts'
import { canonicalJson } from './canonical-json.ts'
import type { JsonValue } from './canonical-json.ts'
import type { Address, Hash } from './types.ts'

/** A tensor of a model: its name and shape, in the order of the flat vector. */
export interface TensorShape {
  name: string
  shape: readonly number[]
}

/** Whose grants of data a task asks for (docs/grants.md). */
export interface RequiredGrants {
  /** The `DataGrants`. */
  contract: Address
  /** Owners of data sets. A member needs a grant of one of them. */
  owners: readonly Address[]
}

/** Owners that a task may name. Every member of a round is looked up with each. */
export const MOST_GRANT_OWNERS = 32

/** How deep the training part may be nested. */
const DEPTH = 32

/** Whether canonical JSON can hold a value: JSON text also has numbers that are infinite here, and no end of nesting. */
function isWritable(value: unknown, depth = DEPTH): boolean {
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object' || value === null) return true
  return depth > 0 && Object.values(value).every((item) => isWritable(item, depth - 1))
}

const addressSchema = z
  .string()
  .regex(/^0x[0-9a-f]{40}$/, 'expected an address in lower-case hex')
  .transform((text) => text as Address)

const documentSchema = z.strictObject({
  name: z.string().min(1).max(64),
  /** The order of the tensors in the flat vector, and their shapes. */
  tensors: z.array(z.strictObject({ name: z.string(), shape: z.array(z.int().positive()) })).min(1),
  /** keccak256 of the genesis blob, under which members fetch it. Its Merkle root stands in the specification. */
  genesis: z
    .string()
    .regex(/^0x[0-9a-f]{64}$/, 'expected 32 bytes as lower-case hex')
    .transform((text) => text as Hash),
  /** Updates of members without a grant do not count. Left out, no grant is asked for. */
  grants: z
    .strictObject({ contract: addressSchema, owners: z.array(addressSchema).min(1).max(MOST_GRANT_OWNERS).readonly() })
    .optional(),
  /** What trainers read. The protocol does not look into it. */
  training: z
    .record(z.string(), z.unknown())
    .refine((training) => isWritable(training), `expected finite numbers, nested at most ${DEPTH} deep`),
})

/**
 * The JSON document whose hash the task specification names (docs/protocol.md §7). It has two parts: `tensors`, `genesis` and `grants`, which nodes
 * read, and `training`, which only trainers read.
 */
export type TaskDocumentParts = z.infer<typeof documentSchema>

/**
 * Reads the protocol's part of a task document. Verifiers need nothing else.
 *
 * @throws QuorateError SPEC_INVALID naming the field
 * @example const lengths = tensorLengths(parseDocument(text))
 */
export function parseDocument(text: string): TaskDocumentParts {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new QuorateError('SPEC_INVALID', 'the task document is not JSON', { cause })
  }
  const result = documentSchema.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]!
  const field = issue.path.join('.') || 'document'
  throw new QuorateError('SPEC_INVALID', `field ${field} of the task document: ${issue.message}`, { details: { field } })
}

/** The canonical bytes of a task document. */
export function formatDocument(document: TaskDocumentParts): string {
  return canonicalJson(document as unknown as JsonValue)
}

/** The grants that a task asks for, from its document. @throws QuorateError SPEC_INVALID */
export function requiredGrants(document: string): RequiredGrants | undefined {
  return parseDocument(document).grants
}

/** Coordinates of each tensor before padding. */
export function tensorLengths({ tensors }: Pick<TaskDocumentParts, 'tensors'>): number[] {
  return tensors.map(({ shape }) => shape.reduce((product, size) => product * size, 1))
}
