import { shuffle } from '../../training/index.ts'
import type { Circumstance } from './circumstance.ts'

/**
 * Each affected member alone holds a class: the first the last class, the second the one before, and so on. Everybody else's samples of these classes are
 * taken away; half of an affected member's share is of its own class, as far as the samples of it go round.
 */
export const ownClass: Circumstance = {
  name: 'own-class',
  description: 'only it has samples of a class of its own, which make up half of its share',
  deal(shares, { labels, classes, odd, random }) {
    const owned = new Map(odd.map((member, k) => [classes - 1 - (k % classes), member]))
    const pools = new Map(
      [...owned].map(([label, member]) => {
        const found = Array.from(labels.keys()).filter((index) => labels[index] === label)
        return [member, shuffle(found, random)]
      }),
    )
    return shares.map((share, member) => {
      const common = share.filter((index) => !owned.has(labels[index]!))
      const pool = pools.get(member)
      if (!pool) return common
      const kept = common.subarray(0, Math.max(1, Math.ceil(share.length / 2)))
      return Uint32Array.from([...kept, ...pool.slice(0, kept.length)]).sort()
    })
  },
}
