import type { Journal } from '../../storage/index.ts'

/**
 * Fixes what a node says before it says it: the first value for `about` is on disk before it is returned, and every later call, also after a crash, returns the same.
 * Two different statements about one thing are equivocation, for which a bond is slashed.
 */
export type Said = <T>(kind: 'seal' | 'attestation', about: string, make: () => T) => T

/** Keeps the last of each kind. */
export function saidIn(journal: Pick<Journal, 'get' | 'set'>): Said {
  return <T>(kind: string, about: string, make: () => T): T => {
    const known = journal.get<{ about: string; value: T }>(`said:${kind}`)
    if (known?.about === about) return known.value
    const value = make()
    journal.set(`said:${kind}`, { about, value })
    return value
  }
}
