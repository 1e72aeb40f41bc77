import { setTimeout as delay } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'

/** Waits until `read()` equals `value`; fails with the last reading after 20 s. */
export async function until<T>(read: () => T, value: T): Promise<void> {
  const deadline = AbortSignal.timeout(20_000)
  while (!isDeepStrictEqual(read(), value)) {
    if (deadline.aborted) throw new Error(`still ${String(read())} instead of ${String(value)}`)
    await delay(5)
  }
}
