import { QuorateError } from '../core/index.ts'

const TAGS = ['$bigint', '$bytes', '$object'] as const

function isTagged(keys: readonly string[]): boolean {
  return keys.length === 1 && (TAGS as readonly string[]).includes(keys[0]!)
}

function toJson(value: unknown): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number' && Number.isFinite(value)) return value
  if (typeof value === 'bigint') return { $bigint: value.toString() }
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString('base64') }
  if (Array.isArray(value)) return value.map(toJson)
  const prototype: unknown = typeof value === 'object' ? Object.getPrototypeOf(value) : undefined
  if (prototype === Object.prototype || prototype === null) {
    const entries = Object.entries(value as object).filter(([, item]) => item !== undefined)
    const plain = Object.fromEntries(entries.map(([key, item]) => [key, toJson(item)]))
    return isTagged(Object.keys(plain)) ? { $object: plain } : plain
  }
  throw new QuorateError('INTERNAL', `the journal cannot hold a value of type ${describe(value)}`)
}

function describe(value: unknown): string {
  return typeof value === 'object'
    ? (value?.constructor.name ?? 'object')
    : typeof value === 'number'
      ? String(value)
      : typeof value
}

function fromJson(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => fromJson(item))
  if (value === Infinity || value === -Infinity) throw new TypeError('a number without end')
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
  if (isTagged(Object.keys(value))) {
    const [tag, content] = entries[0]! as [(typeof TAGS)[number], unknown]
    if (tag === '$object' && typeof content === 'object' && content !== null && !Array.isArray(content))
      return mapValues(content as Record<string, unknown>)
    if (tag === '$bigint' && typeof content === 'string' && /^-?\d+$/.test(content)) return BigInt(content)
    if (tag === '$bytes' && typeof content === 'string') return new Uint8Array(Buffer.from(content, 'base64'))
    throw new TypeError(`${tag} holds something else`)
  }
  return mapValues(value as Record<string, unknown>)
}

/** `Object.fromEntries` defines properties, so a key named `__proto__` stays a key. */
function mapValues(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fromJson(item)]))
}

/**
 * JSON text of a value, with `bigint` as `{"$bigint":"12"}` and `Uint8Array` as `{"$bytes":base64}`; an object that only looks like
 * one of these is wrapped in `$object`. INTERNAL for what would not come back equal: functions, dates, maps, NaN.
 *
 * @example
 * decodeValue(encodeValue({ stake: 10n })) // { stake: 10n }
 */
export function encodeValue(value: unknown): string {
  return JSON.stringify(toJson(value))
}

/** The value of `encodeValue`'s text. JOURNAL_CORRUPT for other text. */
export function decodeValue(text: string): unknown {
  try {
    return fromJson(JSON.parse(text))
  } catch (cause) {
    throw new QuorateError('JOURNAL_CORRUPT', 'the journal holds a text that it did not write', { cause })
  }
}
