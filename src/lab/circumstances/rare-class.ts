import { shuffle } from '../../training/index.ts'
import type { Circumstance } from './circumstance.ts'

/**
 * The odd members alone hold the last class. Everybody else's samples of it are taken away; half of an odd member's share is of that class,
 * as far as the samples of it go round.
 */
export const rareClass: Circumstance = {
  name: 'rare-class',
  description: 'only it has samples of the last class, which make up half of its share',
  deal(shares, { labels, classes, odd, random }) {
    const rare = classes - 1
    const found = Array.from(labels.keys()).filter((index) => labels[index] === rare)
    const pool = shuffle(found, random)
    return shares.map((share, member) => {
      const common = share.filter((index) => labels[index] !== rare)
      if (!odd.includes(member)) return common
      const kept = common.subarray(0, Math.max(1, Math.ceil(share.length / 2)))
      const most = Math.floor(found.length / odd.length)
      return Uint32Array.from([...kept, ...pool.splice(0, Math.min(most, kept.length))]).sort()
    })
  },
}
