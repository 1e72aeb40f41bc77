import { commitmentOf, commitmentsHash } from '../commitment.ts'
import { lowerHex } from '../bytes.ts'
import { everybodyRevealed, revealEnd } from './phase.ts'
import type { RoundEvent } from './events.ts'
import { VIA_CHAIN } from '../statements/commitment-source.ts'
import type { Address, Hash } from '../types.ts'
import type { ChainFacts, RevealEntry, RoundPlan, RoundState, SealedRow, SeatChange } from './state.ts'

/**
 * The round as a pure function: the next state. Unknown members, second statements and events of a phase that is over change
 * nothing; so any order of events, with any repetitions, leads to a legal state, and replaying a journal rebuilds it.
 *
 * @example const state = events.reduce(reduceRound, initialRoundState(plan))
 */
export function reduceRound(state: RoundState, event: RoundEvent): RoundState {
  return closeReveals(apply(state, event))
}

function apply(state: RoundState, event: RoundEvent): RoundState {
  switch (event.type) {
    case 'tick':
      return event.now > state.now ? { ...state, now: event.now } : state
    case 'trained':
      return state.own
        ? state
        : { ...state, own: { updateRoot: event.updateRoot, salt: event.salt }, held: plus(state.held, event.updateRoot) }
    case 'receipt':
      return state.receipt ? state : { ...state, receipt: event.receipt }
    case 'commitment': {
      const member = lowerHex(event.member)
      if (state.seal || state.posted || !isMember(state, member) || state.commitments.has(member)) return state
      return {
        ...state,
        commitments: put(state.commitments, member, { commitment: event.commitment, source: event.source }),
      }
    }
    case 'seal':
      return state.seal || state.posted ? state : seal(state, event)
    case 'reveal': {
      const member = lowerHex(event.member)
      if (state.posted || state.reveals.has(member) || !state.seal?.rows.some((row) => row.member === member)) return state
      const { updateRoot, salt, signature } = event
      return { ...state, reveals: put(state.reveals, member, { updateRoot, salt, signature }) }
    }
    case 'held':
      return state.held.has(event.updateRoot) ? state : { ...state, held: plus(state.held, event.updateRoot) }
    case 'attestation': {
      const member = lowerHex(event.member)
      if (
        state.posted ||
        state.attestations.has(member) ||
        !isMember(state, member) ||
        event.commitments !== state.seal?.commitments
      )
        return state
      return { ...state, attestations: put(state.attestations, member, { held: event.held, signature: event.signature }) }
    }
    case 'built':
      return state.posted || state.rejected.has(event.claimHash)
        ? state
        : { ...state, built: { claimHash: event.claimHash, claim: event.claim } }
    case 'posted':
      if (state.posted || state.rejected.has(event.claimHash)) return state
      return {
        ...state,
        posted: { claimHash: event.claimHash, claim: event.claim, operator: event.operator },
        // Whoever built this claim has computed it already.
        ...(state.built?.claimHash === event.claimHash && { replay: { claimHash: event.claimHash, match: true } }),
      }
    case 'replayed':
      return event.claimHash === state.posted?.claimHash && !state.replay
        ? { ...state, replay: { claimHash: event.claimHash, match: event.match } }
        : state
    case 'rejected':
      return reject(state, event.claimHash, event.plan)
    case 'chain':
      return follow(state, event)
    case 'operator':
      return { ...state, plan: { ...state.plan, ...event.plan } }
  }
}

function seal(state: RoundState, event: Extract<RoundEvent, { type: 'seal' }>): RoundState {
  const slots = new Map(state.plan.members.map((member) => [lowerHex(member.member), member.slot]))
  const rows: SealedRow[] = []
  for (const row of event.rows) {
    const member = lowerHex(row.member)
    const slot = slots.get(member)
    // Rows come in ascending slot order, one per member. The signature covers the order.
    if (slot === undefined || slot <= (rows.at(-1)?.slot ?? -1)) return state
    rows.push({ member, slot, commitment: row.commitment, source: row.source })
  }
  const commitments = commitmentsHash(rows)
  const { signature, operator, operatorKey } = event
  const { attestedTo, ...rest } = state
  return {
    ...rest,
    seal: { rows, commitments, signature, operator, operatorKey, sealedAt: state.now },
    // A second seal, after a rejection. A reveal stays valid if it opens a sealed commitment; attestations stay valid
    // if the rows are the same.
    reveals: new Map([...state.reveals].filter(([member, reveal]) => opens(state, rows, member, reveal))),
    attestations: attestedTo === commitments ? state.attestations : new Map(),
  }
}

function opens(state: RoundState, rows: readonly SealedRow[], member: Address, { updateRoot, salt }: RevealEntry): boolean {
  const { task, round } = state.plan
  const row = rows.find((candidate) => candidate.member === member)
  return row !== undefined && commitmentOf(task, round, member, updateRoot, salt) === row.commitment
}

/**
 * A rejected claim puts the round back to its seal, because the seal may be false too. The commitments stay, and so do
 * the members' statements about them.
 */
function reject(state: RoundState, claimHash: Hash, plan?: SeatChange): RoundState {
  if (state.rejected.has(claimHash)) return state
  const { posted, replay, built: _built, seal: taken, attestFrom: _from, ...rest } = state
  const wasPosted = posted?.claimHash === claimHash
  return {
    ...rest,
    ...(wasPosted ? {} : { posted, replay }),
    ...(taken ? { attestedTo: taken.commitments } : {}),
    plan: { ...state.plan, ...plan },
    rejected: plus(state.rejected, claimHash),
  }
}

/**
 * The chain reorganised, or the node was away. The chain's events of the round count, and undone events are removed.
 * Statements of members stay, because a member may not make a different one.
 */
function follow(state: RoundState, { plan, posted, rejected, forced }: ChainFacts): RoundState {
  const missed = rejected.filter((claimHash) => !state.rejected.has(claimHash))
  const { posted: _posted, replay, built, ...rest } = missed.reduce((before, claimHash) => reject(before, claimHash), state)
  const computed = [replay, built && { claimHash: built.claimHash, match: true }].find(
    (one) => one && one.claimHash === posted?.claimHash,
  )
  return {
    ...rest,
    plan: plan ? seated(state.plan, plan) : state.plan,
    rejected: new Set(rejected),
    commitments: rest.seal || posted ? state.commitments : withForced(state, forced),
    // Without work on a parent claim that the round no longer has.
    ...(built?.claim.parent === state.plan.base && { built }),
    ...(posted && { posted }),
    ...(computed && { replay: computed }),
  }
}

/** The plan with this seat: fields that the seat lacks are removed. */
function seated(
  { vacant: _vacant, reopenedAt: _reopened, postEnd: _post, takeoverEnd: _takeover, ...plan }: RoundPlan,
  seat: SeatChange,
): RoundPlan {
  return { ...plan, ...seat }
}

/** The commitments that members signed, and those that the chain has. */
function withForced(state: RoundState, forced: ChainFacts['forced']): RoundState['commitments'] {
  const commitments = new Map([...state.commitments].filter(([, { source }]) => source.via === 'signature'))
  for (const { member, commitment } of forced) {
    const key = lowerHex(member)
    if (isMember(state, key) && !commitments.has(key)) commitments.set(key, { commitment, source: VIA_CHAIN })
  }
  return commitments
}

/** The attest phase begins when nothing is left to reveal or the time for it is over. */
function closeReveals(state: RoundState): RoundState {
  if (!state.seal || state.attestFrom !== undefined) return state
  return everybodyRevealed(state) || state.now >= revealEnd(state) ? { ...state, attestFrom: state.now } : state
}

function isMember(state: RoundState, member: string): boolean {
  return state.plan.members.some((candidate) => lowerHex(candidate.member) === member)
}

function put<K, V>(map: ReadonlyMap<K, V>, key: K, value: V): ReadonlyMap<K, V> {
  return new Map(map).set(key, value)
}

function plus<T>(set: ReadonlySet<T>, value: T): ReadonlySet<T> {
  return new Set(set).add(value)
}
