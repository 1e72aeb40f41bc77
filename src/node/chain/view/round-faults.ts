import { lowerHex, sameAddress, ZERO_HASH } from '../../../protocol/index.ts'
import type { Hash, RoundPlan, RoundState } from '../../../protocol/index.ts'
import type { ClaimHistory, Opened } from '../../../replay/index.ts'

type History = Pick<ClaimHistory, 'claims' | 'claim' | 'seat' | 'drawn' | 'sealed' | 'forced' | 'open'>

/** Whether the history opens a round as its plan says, and did not end it without a claim. */
export function isStanding(plan: RoundPlan, history: History): boolean {
  const { round, base } = plan
  const seat = history.seat(round)
  if (!seat || (history.open() !== round && !history.claim(round))) return false
  if (!isDrawnBy(plan, history.drawn(round)?.seed ?? ZERO_HASH)) return false
  const parent = history.claims().findLast((claim) => claim.round < round)
  return isSameSeat(plan, seat) && (parent === undefined || parent.claimHash === base)
}

type Seat = Pick<Opened, 'openedAt' | 'operatorKey'>

/** Whether a round is of the same opening: a reorganisation may give the number to another key, even in the same second. */
export function isSameSeat(known: Seat, seat: Seat): boolean {
  return known.openedAt === seat.openedAt && sameAddress(known.operatorKey, seat.operatorKey)
}

/** Whether the members of the plan are those that a seed draws; zero for none. */
export function isDrawnBy(plan: RoundPlan, seed: Hash): boolean {
  return (plan.seed ?? ZERO_HASH) === seed
}

/**
 * How a round differs from what the history says of it: `behind` lacks or contradicts something, `ahead` has only more than the history.
 * A node that sends a transaction is ahead until the watcher reports its block; and stays ahead when that block is undone before the
 * watcher sees it.
 */
export function roundFault({ plan, sealed, posted, forced }: RoundState, history: History): 'behind' | 'ahead' | undefined {
  const known = history.sealed(plan.round)
  const claim = history.claim(plan.round)
  const wanted = [...history.forced(plan.round)]
  if (sealed?.digest !== known?.digest) return 'behind'
  if (claim && posted?.claimHash !== claim.claimHash) return 'behind'
  const isForced = wanted.every(([member, commitment], i) => {
    const has = forced[i]
    return has !== undefined && lowerHex(has.member) === member && has.commitment === commitment
  })
  if (!isForced) return 'behind'
  return (posted && !claim) || forced.length > wanted.length ? 'ahead' : undefined
}
