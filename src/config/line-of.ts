/** `key = `, `"key" = `, `a.b = ` at the beginning of a line. */
const ENTRY = /^\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=/
/** `[a.b]` or `[[a.b]]`. */
const TABLE = /^\s*(\[\[?)\s*([^\]]+?)\s*\]/

/**
 * The line of a TOML text, from 1, that sets a field; the line of its table if the field is missing, or undefined.
 *
 * A scan of the lines, for messages: text in a multi-line string that looks like an entry is taken for one.
 *
 * @param path keys and places in arrays
 * @example lineOf('[chain]\nrpcUrl = 3', ['chain', 'rpcUrl']) // 2
 */
export function lineOf(text: string, path: readonly PropertyKey[]): number | undefined {
  const wanted = path.map(String)
  const tables = new Map<string, number>()
  let table: string[] = []
  let best: { line: number; depth: number } | undefined
  for (const [index, line] of text.split('\n').entries()) {
    const header = TABLE.exec(line)
    if (header) {
      table = keysOf(header[2]!)
      if (header[1] === '[[') {
        const count = tables.get(table.join('.')) ?? 0
        tables.set(table.join('.'), count + 1)
        table = [...table, String(count)]
      }
    }
    const entry = header ? undefined : ENTRY.exec(line)
    if (!header && !entry) continue
    const at = entry ? [...table, ...keysOf(entry[1]!)] : table
    if (at.length <= wanted.length && at.every((key, k) => key === wanted[k]) && at.length > (best?.depth ?? 0))
      best = { line: index + 1, depth: at.length }
  }
  return best?.line
}

function keysOf(text: string): string[] {
  return text.split('.').map((key) => key.trim().replaceAll(/^["']|["']$/g, ''))
}
