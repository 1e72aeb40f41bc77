/**
 * A number with its noun.
 *
 * @param many the noun for other numbers than one, where an s is not enough
 * @example plural(1, 'member') // '1 member'
 * @example plural(0, 'entry', 'entries') // '0 entries'
 */
export function plural(count: number | bigint, one: string, many = `${one}s`): string {
  return `${count} ${Number(count) === 1 ? one : many}`
}
