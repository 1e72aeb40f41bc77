import { bot, flashLoans, refinancing, sybilFarm, washRing } from './behaviours/abuse.ts'
import { machine, people } from './behaviours/people.ts'
import { Traffic } from './traffic.ts'
import type { Act, Kind } from './traffic.ts'

export interface SimulatedTraffic {
  /** In the order of time. */
  acts: readonly Act[]
  /** What each actor is. */
  kinds: readonly Kind[]
}

/** Of how many groups one is of a kind: most addresses are honest. */
const GROUPS = [
  [people, 0.9],
  [machine, 0.03],
  [refinancing, 0.025],
  [flashLoans, 0.015],
  [bot, 0.012],
  [washRing, 0.011],
  [sybilFarm, 0.007],
] as const

/**
 * Four weeks of made-up transactions: honest people and machines, and among them rings that trade with themselves, sybil farms, bots and abuse of flash
 * loans. The same seed and number give the same traffic.
 *
 * @param transactions how many at most
 */
export function makeTraffic(seed: number, transactions: number): SimulatedTraffic {
  const traffic = new Traffic(seed, transactions)
  while (traffic.acts.length < transactions) {
    let left = traffic.random.unit()
    for (const [behave, share] of GROUPS) {
      left -= share
      if (left < 0) {
        behave(traffic)
        break
      }
    }
  }
  const acts = traffic.acts.slice(0, transactions).sort((a, b) => a.time - b.time)
  return { acts, kinds: traffic.kinds }
}
