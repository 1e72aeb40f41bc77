import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from './clock.ts'
import { QuorateError } from './errors.ts'

/** Wall time. */
export const systemClock: Clock = {
  now: () => Math.floor(Date.now() / 1000),
  async sleep(ms, signal) {
    try {
      await delay(ms, undefined, { signal })
    } catch (cause) {
      throw new QuorateError('CANCELLED', 'the wait was cancelled', { cause })
    }
  },
}
