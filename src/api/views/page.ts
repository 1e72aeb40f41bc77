/** Entries of a page where the client names no number. */
const USUAL = 20

/** One page of entries in order. */
export interface Page<T> {
  entries: T[]
  /** Whether more entries follow. */
  more: boolean
}

/** The first `limit` of the entries, which begin where the page does. */
export function pageOf<T>(entries: readonly T[], limit: string | undefined): Page<T> {
  const most = limit === undefined ? USUAL : Number(limit)
  return { entries: entries.slice(0, most), more: entries.length > most }
}

/** Rounds below a cursor, newest first. */
export function roundsBefore<T extends { round: bigint }>(entries: Iterable<T>, before: string | undefined): T[] {
  const all = [...entries]
  const below = before === undefined ? all : all.filter(({ round }) => round < BigInt(before))
  return below.toReversed()
}
