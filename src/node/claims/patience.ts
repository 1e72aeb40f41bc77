import type { Supply } from '../ports.ts'

/** Most bytes that a node takes from a slow supply in a second before it calls the evidence missing. */
const BYTES_PER_SECOND = 1024 ** 2
/** Time that peers get in any case, ms. */
const LEAST_MS = 30_000

/**
 * How long a node waits for evidence, ms: half a minute, and a second for each MiB. Without an end, an operator that sends a byte now and
 * then would hold every replay up until its claim is final.
 */
export function patienceFor(bytes: number): number {
  return LEAST_MS + (bytes / BYTES_PER_SECOND) * 1000
}

/** Runs a fetch under the node's signal and a limit of time. What the limit ends is missing: the signal of the node itself is not aborted. */
export async function patiently<T>(
  supply: Pick<Supply, 'patience'>,
  bytes: number,
  signal: AbortSignal,
  fetch: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController()
  const timer = setTimeout(
    () => late.abort(new Error('the evidence did not come in time')),
    (supply.patience ?? patienceFor)(bytes),
  )
  try {
    return await fetch(AbortSignal.any([signal, late.signal]))
  } finally {
    clearTimeout(timer)
  }
}
