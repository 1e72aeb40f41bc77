import { commitmentsHash } from '../commitment.ts'
import { lowerHex, sameAddress, ZERO_HASH } from '../bytes.ts'
import { everybodyRevealed, revealEnd } from './phase.ts'
import { inBucket } from './shown-rows.ts'
import type { RoundEvent } from './events.ts'
import { VIA_CHAIN } from '../statements/commitment-source.ts'
import type { Address, Hash } from '../types.ts'
import type { SealedCommitment } from '../statements/seal.ts'
import type { ChainFacts, RoundState, SealedRow, SealFact } from './state.ts'

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
    case 'tick': {
      // Blocks that are undone take their time with them. A seal that stands was mined, so it is not earlier than that.
      const now = Math.max(event.now, state.sealed?.sealedAt ?? event.now)
      return now === state.now ? state : { ...state, now }
    }
    case 'trained':
      if (state.own) return state
      return {
        ...state,
        own: { updateRoot: event.updateRoot, salt: event.salt, ...(event.versions && { versions: event.versions }) },
        // In a bucket nobody holds what was committed to, a tree over versions: the member holds the one that it shows.
        held: inBucket(state.plan) ? state.held : plus(state.held, event.updateRoot),
      }
    case 'receipt': {
      const member = lowerHex(event.member)
      const { commitment, operatorKey, signature } = event
      // A receipt of another operator binds nobody in this round: a reorganisation gave the seat to somebody else.
      if (!sameAddress(operatorKey, state.plan.operatorKey) || !isMember(state, member) || state.receipts.has(member))
        return state
      return { ...state, receipts: put(state.receipts, member, { commitment, operatorKey, signature }) }
    }
    case 'commitment': {
      const member = lowerHex(event.member)
      if (event.source.via === 'chain') return force(state, member, event.commitment)
      if (state.list || state.sealed || state.posted || !isMember(state, member) || state.commitments.has(member)) return state
      return {
        ...state,
        commitments: put(state.commitments, member, { commitment: event.commitment, source: event.source }),
      }
    }
    case 'list':
      // A commitment that came while the list was made may have a receipt already, so the list is made anew.
      return state.sealed || state.posted || event.known !== state.commitments.size ? state : { ...state, list: event.rows }
    case 'sealed':
      return state.sealed || state.posted ? state : fix(state, event)
    case 'deep':
      return state.sealed?.shallow && state.sealed.digest === event.digest ? { ...state, sealed: deep(state.sealed) } : state
    case 'seal':
      // Also after the claim: a node that was away has the list from the evidence, and it shows who is left out.
      return state.seal || !state.sealed ? state : open(state, event.rows, state.sealed)
    case 'reveal': {
      const member = lowerHex(event.member)
      if (state.posted || state.reveals.has(member) || !state.seal?.rows.some((row) => row.member === member)) return state
      const { updateRoot, salt, signature, versions } = event
      return { ...state, reveals: put(state.reveals, member, { updateRoot, salt, signature, ...(versions && { versions }) }) }
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
    case 'void': {
      const member = lowerHex(event.member)
      const { claimHash, signature } = event
      if (claimHash !== (state.posted?.claimHash ?? ZERO_HASH) || !isMember(state, member)) return state
      if (state.voids.get(member)?.claimHash === claimHash) return state
      return { ...state, voids: put(state.voids, member, { claimHash, signature }) }
    }
    case 'built':
      // Meanwhile, or since the journal was written, a reorganisation may have opened the round anew or had another list sealed.
      if (state.posted || event.openedAt !== state.plan.openedAt || event.over !== state.sealed?.digest) return state
      return { ...state, built: { claimHash: event.claimHash, claim: event.claim, digest: event.over } }
    case 'posted':
      if (state.posted) return state
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
    case 'chain':
      return follow(state, event)
    case 'asked':
      return state.asked ? state : { ...state, asked: true }
    case 'foreign':
      return state.foreign ? state : { ...state, foreign: event.since }
  }
}

/** The seal is on chain: nothing joins the rows any more. An operator that sent it has the list. */
function fix(state: RoundState, { digest, count, sealedAt, shallow }: SealFact): RoundState {
  const sealed = { digest, count, sealedAt, ...(shallow && { shallow }) }
  const fixed = { ...state, sealed, now: Math.max(state.now, sealedAt) }
  return state.list ? open(fixed, state.list, sealed) : fixed
}

function deep({ digest, count, sealedAt }: SealFact): SealFact {
  return { digest, count, sealedAt }
}

/** Takes a list of rows if it is the one that the chain's digest is over. */
function open(state: RoundState, list: readonly SealedCommitment[], { digest, count, sealedAt }: SealFact): RoundState {
  const slots = new Map(state.plan.members.map((member) => [lowerHex(member.member), member.slot]))
  const rows: SealedRow[] = []
  for (const row of list) {
    const member = lowerHex(row.member)
    const slot = slots.get(member)
    // Rows come in ascending slot order, one per member. The digest covers the order.
    if (slot === undefined || slot <= (rows.at(-1)?.slot ?? -1)) return state
    rows.push({ member, slot, commitment: row.commitment, source: row.source })
  }
  if (rows.length !== count || commitmentsHash(rows) !== digest) return state
  return { ...state, seal: { rows, commitments: digest, sealedAt, listedAt: Math.max(state.now, sealedAt) } }
}

function force(state: RoundState, member: Address, commitment: Hash): RoundState {
  if (state.sealed || state.posted || !isMember(state, member)) return state
  if (state.forced.some((known) => known.member === member)) return state
  const commitments = state.commitments.has(member)
    ? state.commitments
    : put(state.commitments, member, { commitment, source: VIA_CHAIN })
  return { ...state, commitments, forced: [...state.forced, { member, commitment }] }
}

/**
 * The chain reorganised, or the node was away. The chain's events of the round count, and undone events are removed.
 * Statements of members stay, because a member may not make a different one.
 */
function follow(state: RoundState, { sealed, posted, forced }: ChainFacts): RoundState {
  const { posted: _posted, replay, built, sealed: before, seal, ...rest } = state
  const computed = [replay, built && { claimHash: built.claimHash, match: true }].find(
    (one) => one && one.claimHash === posted?.claimHash,
  )
  const same = sealed !== undefined && before?.digest === sealed.digest && before.sealedAt === sealed.sealedAt
  const { attestFrom: _from, ...unsealed } = rest
  const facts: RoundState = {
    ...(same ? rest : { ...unsealed, reveals: new Map(), attestations: new Map() }),
    forced: forced.map(({ member, commitment }) => ({ member: lowerHex(member), commitment })),
    commitments: sealed || posted ? state.commitments : withForced(state, forced),
    ...(same && { sealed: sealed.shallow ? before : deep(before), ...(seal && { seal }) }),
    // Without work on a parent claim that the round no longer has. A claim over another list is not posted (`decide`).
    ...(built?.claim.parent === state.plan.base && { built }),
    ...(posted && { posted }),
    ...(computed && { replay: computed }),
  }
  return sealed && !same ? fix(facts, sealed) : facts
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
