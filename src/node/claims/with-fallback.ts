import type { Supply } from '../ports.ts'
import { OwnTrouble } from './outcome.ts'

/** Asks peers first, and then the other way. */
export function withFallback(
  fetch: Supply['fetchDocument'],
  fallback: Supply['fetchDocument'] | undefined,
): Supply['fetchDocument'] {
  if (!fallback) return fetch
  return async (hash, limits) => {
    try {
      return await fetch(hash, limits)
    } catch (error) {
      if (limits.signal.aborted || error instanceof OwnTrouble) throw error
      return fallback(hash, limits)
    }
  }
}
