import type { Random } from '../random.ts'
import { shuffle } from '../random.ts'

export interface GammaSplitOptions {
  labels: Uint8Array
  members: number
  /** Share of the samples that is dealt evenly. */
  gamma: number
  random: Random
}

/**
 * The split of ByzFL (Allouah et al. 2023): a share γ of the samples is dealt at random, the rest is sorted by label and cut into one piece a member. γ = 1 is
 * i.i.d.; at γ = 0 and ten members each has one class of a balanced set of ten.
 */
export function gammaSplit({ labels, members, gamma, random }: GammaSplitOptions): number[][] {
  const all = shuffle(Array.from(labels.keys()), random)
  const even = Math.round(gamma * all.length)
  const sorted = all.slice(even).sort((a, b) => labels[a]! - labels[b]! || a - b)
  const cut = (items: readonly number[], member: number): number[] =>
    items.slice(Math.floor((member * items.length) / members), Math.floor(((member + 1) * items.length) / members))
  return Array.from({ length: members }, (_, member) => [...cut(all.slice(0, even), member), ...cut(sorted, member)])
}
