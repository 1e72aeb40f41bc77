import type { Hash } from '../../protocol/index.ts'

export type FetchDocument = (hash: Hash, signal: AbortSignal) => Promise<Uint8Array>

/** Asks peers first, and then the other way. */
export function withFallback(fetch: FetchDocument, fallback: FetchDocument | undefined): FetchDocument {
  if (!fallback) return fetch
  return async (hash, signal) => {
    try {
      return await fetch(hash, signal)
    } catch (error) {
      if (signal.aborted) throw error
      return fallback(hash, signal)
    }
  }
}
