import type { Stores } from '../ports.ts'
import type { Finding, Investigator } from './dispute.ts'

/** How often an investigation begins anew: the files of a round fail one after the other at most. */
const TRIES = 8

/**
 * Investigates again when a file that was read turned out to be damaged: a proof that is missed, or built over other bytes, lets a false claim
 * stand. What the first attempt kept in memory names the damaged file, so each attempt begins with nothing.
 *
 * @param make an investigator that remembers nothing
 */
export function overSoundFiles({ leaves }: Pick<Stores, 'leaves'>, make: () => Investigator): Investigator {
  let investigate = make()
  return async (dispute, signal): Promise<Finding> => {
    for (let left = TRIES; ; left--) {
      const { forgotten } = leaves
      const [ended] = await Promise.allSettled([investigate(dispute, signal)])
      if (leaves.forgotten === forgotten || left === 0 || signal.aborted) {
        if (ended.status === 'rejected') throw ended.reason
        return ended.value
      }
      investigate = make()
    }
  }
}
