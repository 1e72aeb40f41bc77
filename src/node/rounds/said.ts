import type { Journal } from '../../storage/index.ts'

/**
 * Fixes a statement before the node makes it: the first value for `about` is on disk before the call returns, and every later call returns the same value, also
 * after a crash. An operator that has two statements of a member about one thing uses either.
 */
export type Said = <T>(kind: 'attestation' | 'version', about: string, make: () => T) => T

/** Statements kept of each kind. A number opens once, so only a reorganisation of the chain brings an old round back. */
const KEEP = 256

/** Keeps the last statements of each kind, by subject. */
export function saidIn(journal: Pick<Journal, 'get' | 'set' | 'entries' | 'delete' | 'transaction'>): Said {
  return <T>(kind: string, about: string, make: () => T): T => {
    const prefix = `said/${kind}/`
    const known = journal.get<{ value: T }>(prefix + about)
    if (known) return known.value
    const value = make()
    journal.transaction(() => {
      const others = journal.entries<{ order: number }>(prefix).sort(([, a], [, b]) => a.order - b.order)
      for (const [old] of others.slice(0, Math.max(0, others.length - KEEP + 1))) journal.delete(old)
      journal.set(prefix + about, { value, order: (others.at(-1)?.[1].order ?? 0) + 1 })
    })
    return value
  }
}
