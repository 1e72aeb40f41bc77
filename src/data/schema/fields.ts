import { z } from 'zod'
import type { JsonValue } from '../../protocol/index.ts'

/**
 * A name or label as people write it. Unicode NFC, because a folder called "café" comes in another spelling from macOS than from Linux, and the
 * two must be one label with one hash. Spaces around it do not count, in the schema and in the data.
 */
export const nameField = z.string().normalize('NFC').trim().min(1).max(200)

/** Bounds of scaling. Within them no byte becomes infinite in float32; other values are checked one by one. */
const LARGEST = 1e24
const SMALLEST_STD = 1e-12

/** A mean. */
export const meanField = z.number().min(-LARGEST).max(LARGEST)

/** A divisor of scaled values. */
export const stdField = z.number().min(SMALLEST_STD).max(LARGEST)

/** A list in which no name stands twice. */
export function distinctNames(least: number, most: number): z.ZodType<string[], string[]> {
  return z
    .array(nameField)
    .min(least)
    .max(most)
    .superRefine((names, context) => {
      const seen = new Set<string>()
      const twice = names.find((name) => seen.size === seen.add(name).size)
      if (twice !== undefined) context.addIssue({ code: 'custom', message: `${JSON.stringify(twice)} stands twice` })
    })
}

/** How deep an object of a schema may be nested. */
const DEPTH = 32

/** An object that canonical JSON can hold. */
export const objectField = z.custom<Record<string, JsonValue>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value) && isJson(value, DEPTH),
  `expected an object of JSON values, nested at most ${DEPTH} deep`,
)

function isJson(value: unknown, depth: number): boolean {
  if (typeof value === 'number') return Number.isFinite(value)
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return true
  if (typeof value !== 'object' || depth === 0) return false
  // TOML has dates, which JSON has not.
  const isPlain =
    Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null
  return isPlain && Object.values(value).every((item) => isJson(item, depth - 1))
}
