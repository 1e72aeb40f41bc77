import { lowerHex } from '../../protocol/index.ts'
import type { Address, RoundEffect, RoundEvent } from '../../protocol/index.ts'

export interface WorkDone {
  /** What the duty led to. */
  happened: readonly RoundEvent[]
  /** Owner address of the node. */
  self: Address
  /** Length of an update. */
  updateBytes?: number
}

/** Duties that make or move an update. */
const WITH_UPDATE: readonly RoundEffect['type'][] = ['train', 'fetch']

/** What a trace tells of a duty: who did it, whom it was about, how much, and how it ended. */
export function factsOfWork(effect: RoundEffect, { happened, self, updateBytes }: WorkDone): Record<string, string | number> {
  const replayed = happened.find((event) => event.type === 'replayed')
  return {
    'quorate.member': lowerHex(self),
    ...(effect.type === 'fetch' && { 'quorate.of': lowerHex(effect.member) }),
    ...(WITH_UPDATE.includes(effect.type) && updateBytes !== undefined && { 'quorate.bytes': updateBytes }),
    ...(replayed && { 'quorate.verdict': replayed.match ? 'match' : 'mismatch' }),
  }
}
