import { lowerHex, sameAddress } from '../bytes.ts'
import { attestedWeight, holdingWeight, isAvailable, isCertified, reachesFloor, sealedWeight } from '../thresholds.ts'
import type { AttestedRow } from '../thresholds.ts'
import type { Address } from '../types.ts'
import type { Phase, RoundState } from './state.ts'

/**
 * Ends of the phases in running time (the chain's, standing still in pauses); a window is half open, `[start, end)`. Reveal,
 * attest and post run from the seal on; before the seal they are what they would be if the round were sealed at the end of
 * the commit window.
 */
export function deadlines(state: Pick<RoundState, 'plan' | 'sealed'>): {
  commit: number
  /** Until then the round may be sealed. */
  seal: number
  reveal: number
  attest: number
  post: number
} {
  const { openedAt, windows } = state.plan
  const commit = openedAt + windows.commit
  const reveal = (state.sealed?.sealedAt ?? commit) + windows.reveal
  const attest = reveal + windows.attest
  return { commit, seal: commit + windows.post, reveal, attest, post: attest + windows.post }
}

/** Whether the account has the seat of the round. */
export function holdsSeat({ plan }: Pick<RoundState, 'plan'>, account: Address): boolean {
  return sameAddress(plan.operator, account)
}

/** From then on anybody may end the round: it was not sealed, or not posted, in time. */
export function roundEnd(state: Pick<RoundState, 'plan' | 'sealed'>): number {
  const { seal, post } = deadlines(state)
  return state.sealed ? post : seal
}

/**
 * Every member of the snapshot has signed its commitment, so that nobody is left to wait for. False in a round without members, and
 * in one where some were not drawn: the chain cannot tell a list of all drawn members from a shorter one.
 */
export function everybodySigned({
  plan: { members, memberCount },
  commitments,
}: Pick<RoundState, 'plan' | 'commitments'>): boolean {
  const all = members.length === (memberCount ?? members.length)
  return all && members.length > 0 && members.every(({ member }) => commitments.get(lowerHex(member))?.source.via === 'signature')
}

/** Every sealed row is revealed. */
export function everybodyRevealed(state: RoundState): boolean {
  return state.seal !== undefined && state.seal.rows.every((row) => state.reveals.has(row.member))
}

/** End of the reveal phase. */
export function revealEnd(state: RoundState): number {
  return deadlines(state).reveal
}

/** End of the attest phase: a full window after it began, never later than the plan allows. */
export function attestEnd(state: RoundState): number {
  const end = deadlines(state).attest
  return state.attestFrom === undefined ? end : Math.min(end, state.attestFrom + state.plan.windows.attest)
}

/** Stake of the members that have committed. */
function committedWeight({ plan, commitments }: Pick<RoundState, 'plan' | 'commitments'>): bigint {
  return plan.members.reduce((sum, { member, stake }) => (commitments.has(lowerHex(member)) ? sum + stake : sum), 0n)
}

/** Whether a claim over the known commitments can be true: enough of all stake committed, and somebody did. */
export function floorReached(state: Pick<RoundState, 'plan' | 'commitments'>): boolean {
  const { totalStake, spec } = state.plan
  const weight = committedWeight(state)
  return weight > 0n && reachesFloor(weight, totalStake, spec)
}

/** Whether the sealed members that attested hold enough of the sealed weight for a claim. */
export function certified(state: RoundState): boolean {
  const rows = attestedRows(state)
  return isCertified(attestedWeight(rows), sealedWeight(rows), state.plan.spec)
}

/**
 * Whether this node knows the reveal of every update that is available by the attestations. An honest member has it then, and its message
 * is on the way: gossip may bring the attestation first.
 */
export function knowsAvailable(state: RoundState): boolean {
  const rows = attestedRows(state)
  const weight = sealedWeight(rows)
  return (state.seal?.rows ?? []).every(
    ({ member }, i) => state.reveals.has(member) || !isAvailable(holdingWeight(rows, i), weight, state.plan.spec),
  )
}

function attestedRows({ plan, seal, attestations }: RoundState): AttestedRow[] {
  const stakes = new Map(plan.members.map(({ member, stake }) => [lowerHex(member), stake]))
  return (seal?.rows ?? []).map(({ member }) => ({
    weight: stakes.get(member) ?? 0n,
    held: attestations.get(member)?.held,
  }))
}

/** Every member with a row has attested. */
export function attestationsComplete(state: RoundState): boolean {
  return state.seal !== undefined && state.seal.rows.every((row) => state.attestations.has(row.member))
}

/**
 * Whether the operator waits for attestations no longer. Members attest to what they hold as late as half-way through the attest
 * window, so a claim that nothing certifies yet gets the whole of it.
 */
function attestOver(state: RoundState): boolean {
  if (attestationsComplete(state) || state.now >= deadlines(state).attest) return true
  return state.now >= attestEnd(state) && certified(state)
}

/** The phase a round is in, from what happened and the chain's time. Phases end early when nothing is left to wait for. */
export function phaseOf(state: RoundState): Phase {
  if (state.posted) return 'agree'
  if (!state.sealed) return 'commit'
  if (state.attestFrom === undefined) return 'reveal'
  return attestOver(state) ? 'post' : 'attest'
}
