/** What canonical JSON may hold: integers only, so that no number has two spellings; larger values travel as strings. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue | undefined }

/**
 * Canonical JSON (RFC 8785 restricted to safe integers and decimals that JavaScript prints): sorted keys, no spaces. Keys with value
 * undefined are left out. The same value gives the same bytes everywhere, so its hash can be signed.
 *
 * @throws TypeError for a value JSON cannot hold (NaN, bigint, function)
 * @example canonicalJson({ b: 1, a: [true] }) // '{"a":[true],"b":1}'
 */
export function canonicalJson(value: JsonValue): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`${value} cannot be written as JSON`)
    return JSON.stringify(value)
  }
  if (Array.isArray(value)) return `[${value.map((item: JsonValue) => canonicalJson(item)).join(',')}]`
  if (typeof value === 'object') {
    const entries = Object.entries(value as Record<string, JsonValue | undefined>)
      .filter((entry): entry is [string, JsonValue] => entry[1] !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`
  }
  throw new TypeError(`${typeof value} cannot be written as JSON`)
}
