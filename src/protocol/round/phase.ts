import { lowerHex, sameAddress } from '../bytes.ts'
import { reachesQuorum } from '../quorum.ts'
import type { Address } from '../types.ts'
import type { Phase, RoundState } from './state.ts'

/**
 * Ends of the phases in running time (the chain's, standing still in pauses); a window is half open, `[start, end)`. A
 * late seal (after a takeover or a rejection) divides the remaining time: a quarter for reveals, a quarter for
 * attestations, the rest for aggregation and posting.
 */
export function deadlines(state: Pick<RoundState, 'plan' | 'seal'>): {
  commit: number
  reveal: number
  attest: number
  post: number
  takeover: number
} {
  const { openedAt, windows, reopenedAt } = state.plan
  const commit = Math.min(openedAt + windows.commit, reopenedAt ?? Infinity)
  const reveal = openedAt + windows.commit + windows.reveal
  const attest = reveal + windows.attest
  const post = state.plan.postEnd ?? attest + windows.post
  const takeover = state.plan.takeoverEnd ?? post + windows.takeover
  const sealedAt = state.seal?.sealedAt
  if (sealedAt === undefined || (reopenedAt === undefined && sealedAt < reveal)) return { commit, reveal, attest, post, takeover }
  const left = Math.max(0, (sealedAt < post ? post : takeover) - sealedAt)
  return { commit, reveal: sealedAt + Math.floor(left / 4), attest: sealedAt + Math.floor(left / 2), post, takeover }
}

/** Whether it is for `operator` to seal and post: the seat's holder, or any other once the seat is vacant or its holder late. */
export function mayPost(state: Pick<RoundState, 'plan' | 'seal' | 'now'>, operator: Address): boolean {
  const { vacant = false, operator: holder } = state.plan
  const { post, takeover } = deadlines(state)
  if (state.now >= takeover) return false
  const holds = sameAddress(operator, holder)
  if (vacant) return !holds
  return holds ? state.now < post : state.now >= post
}

/**
 * Every member of the snapshot has committed, so that nobody is left to wait for. False in a round without members: the ledger takes the
 * claim of such a round only after the commit window.
 */
export function everybodyCommitted(state: RoundState): boolean {
  const { members } = state.plan
  return members.length > 0 && members.every((member) => state.commitments.has(lowerHex(member.member)))
}

/** Every sealed row is revealed. */
export function everybodyRevealed(state: RoundState): boolean {
  return state.seal !== undefined && state.seal.rows.every((row) => state.reveals.has(row.member))
}

/** End of the reveal phase: a full window after the seal, never later than the plan allows. */
export function revealEnd(state: RoundState): number {
  const end = deadlines(state).reveal
  return state.seal ? Math.min(end, state.seal.sealedAt + state.plan.windows.reveal) : end
}

/** End of the attest phase: a full window after it began, never later than the plan allows. */
export function attestEnd(state: RoundState): number {
  const end = deadlines(state).attest
  return state.attestFrom === undefined ? end : Math.min(end, state.attestFrom + state.plan.windows.attest)
}

/** Everyone who takes part in the round has attested, with at least a quorum of the stake. */
export function attestationsComplete(state: RoundState): boolean {
  if (!state.seal) return false
  if (!state.seal.rows.every((row) => state.attestations.has(row.member))) return false
  const stake = state.plan.members.reduce(
    (sum, member) => (state.attestations.has(lowerHex(member.member)) ? sum + member.stake : sum),
    0n,
  )
  return state.seal.rows.length === 0 || reachesQuorum(stake, state.plan.totalStake, state.plan.quorumBps)
}

/** The phase a round is in, from what happened and the chain's time. Phases end early when nothing is left to wait for. */
export function phaseOf(state: RoundState): Phase {
  if (state.posted) return 'agree'
  if (!state.seal) return 'commit'
  if (state.attestFrom === undefined) return 'reveal'
  if (!attestationsComplete(state) && state.now < attestEnd(state)) return 'attest'
  return 'post'
}
