import { lowerHex, sameAddress, ZERO_HASH } from '../bytes.ts'
import { reachesQuorum } from '../quorum.ts'
import type { Address } from '../types.ts'
import { commitmentsHash, forcedHashOf } from '../commitment.ts'
import { rowsWithRoom } from '../committee.ts'
import { certified, deadlines, everybodySigned, floorReached, holdsSeat, knowsAvailable, phaseOf, roundEnd } from './phase.ts'
import { isForced } from './forced.ts'
import { isBound, leftOut } from './left-out.ts'
import { mustEnd, maySpeak, opensRow, spokeOtherwise } from './may-speak.ts'
import { inBucket, mayHaveRow, shownRows } from './shown-rows.ts'
import { DUTY_OF } from './duties.ts'
import type { Self } from './duties.ts'
import type { RoundEffect } from './events.ts'
import type { RoundState } from './state.ts'

/**
 * What a node owes in this state by its duties. A pure function, so a restarted node finds its unfinished work again.
 * The runner starts each key once per process, and every effect is safe to repeat.
 */
export function decide(state: RoundState, { address, duties }: Self): RoundEffect[] {
  const self = lowerHex(address)
  const effects = state.plan.caughtUp ? disputes(state) : [...steps(state, self), ...voids(state)]
  return effects.filter(({ type }) => duties.has(DUTY_OF[type]))
}

/** What brings a round to its claim, and checks the claim. */
function steps(state: RoundState, self: Address): RoundEffect[] {
  return [...fetches(state), ...operatorEffects(state, self), ...memberEffects(state, self), ...replays(state)]
}

/**
 * A round that had its claim before this node opened it owes no step. The round is opened before it hears of its claim, and a late `fail`
 * or statement could hurt the node. Receipts that show an omission need no effect, and members may still void the claim.
 */
function disputes(state: RoundState): RoundEffect[] {
  return state.posted ? voids(state) : []
}

/** A claim that this node built itself needs no replay. */
function replays({ plan, posted, replay }: RoundState): RoundEffect[] {
  if (!posted || replay) return []
  const { claimHash } = posted
  return [{ type: 'replay', key: `${plan.round}:replay:${claimHash}`, claimHash }]
}

/** A quorum of the stake wants the round to end: anyone may tell the ledger. */
function voids(state: RoundState): RoundEffect[] {
  const { round, members, totalStake, quorumBps } = state.plan
  const claimHash = state.posted?.claimHash ?? ZERO_HASH
  const stake = members.reduce(
    (sum, member) => (state.voids.get(lowerHex(member.member))?.claimHash === claimHash ? sum + member.stake : sum),
    0n,
  )
  return reachesQuorum(stake, totalStake, quorumBps) ? [{ type: 'void', key: `${round}:void:${claimHash}`, claimHash }] : []
}

function fetches(state: RoundState): RoundEffect[] {
  if (state.posted || !state.seal) return []
  const { rows } = state.seal
  return shownRows(state).flatMap((updateRoot, row) =>
    updateRoot && !state.held.has(updateRoot)
      ? [{ type: 'fetch', key: `${state.plan.round}:fetch:${updateRoot}`, member: rows[row]!.member, updateRoot }]
      : [],
  )
}

/**
 * The operator that has the seat drives the round. It fixes its list, seals it on chain, builds the claim and posts it; and it
 * ends a round whose receipts it may not know, whose rows leave out a receipt, or whose claim could admit nobody. Past the
 * deadline any operator ends it.
 */
function operatorEffects(state: RoundState, self: Address): RoundEffect[] {
  const { round } = state.plan
  if (state.posted) return []
  const fail = (reason: string): RoundEffect[] => [{ type: 'fail', key: `${round}:fail`, reason }]
  if (state.now >= roundEnd(state)) return fail('its time is over')
  if (!holdsSeat(state, self)) return []
  // INVARIANT: nobody seals a round whose buckets were not drawn when it opened. A draw that comes after the seal would make a true claim false.
  if (inBucket(state.plan) && !state.plan.buckets)
    return state.now < deadlines(state).commit ? [] : fail('the buckets of its epoch were not drawn when it opened')
  const lost = mustEnd(state)
  if (lost) return fail(lost)
  if (!maySpeak(state)) return []
  if (!state.sealed) return sealing(state) ?? fail('too little of the stake committed for a claim')
  // The claim stays true when a reorganisation mines the same seal again; over another list it would not be.
  const { sealed, built } = state
  if (built && built.digest === sealed.digest)
    return [{ type: 'post', key: `${round}:post:${built.claimHash}`, claimHash: built.claimHash }]
  if (!state.seal || phaseOf(state) !== 'post') return []
  if (!certified(state)) return fail('too little of the sealed stake attested for a claim')
  return knowsAvailable(state) ? [{ type: 'build', key: `${round}:build:${sealed.digest}` }] : []
}

/**
 * First the list, journalled; then the transaction over it. What is forced meanwhile joins the list, or the chain refuses the seal.
 * A commitment that was forced at the last moment may not have reached this node, so it waits a little before it gives up.
 *
 * A row that only the chain vouches for would make a claim false if a reorganisation undid the transaction that forced it. The chain
 * compares the forced set with a seal after the commit window, not with an early one. So a seal with such a row waits for the end of
 * the window, and a listed row that is not forced any more makes the list anew.
 *
 * @returns undefined when too little of the stake committed and nothing is to be hoped for
 */
function sealing(state: RoundState): RoundEffect[] | undefined {
  const { round, seed, members } = state.plan
  const { list, forced } = state
  const { commit } = deadlines(state)
  const early = state.now < commit
  if (early && !everybodySigned(state)) return []
  if (!floorReached(state)) return state.now < commit + Math.floor(state.plan.windows.post / 4) ? [] : undefined
  const complete = list && rowsWithRoom([...list, ...missingIn(list, forced)], members).every((row) => isListed(list, row))
  const vouched = list?.every((row) => row.source.via === 'signature' || isForced(forced, row))
  if (!list || !complete || !vouched) return [{ type: 'list', key: `${round}:list:${forcedHashOf(forced, seed)}` }]
  if (early && list.some(({ source }) => source.via === 'chain')) return []
  const digest = commitmentsHash(list)
  return [{ type: 'seal', key: `${round}:seal:${digest}`, digest }]
}

function isListed(list: readonly { member: Address }[], { member }: { member: Address }): boolean {
  return list.some((row) => sameAddress(row.member, member))
}

function missingIn<R extends { member: Address }>(list: readonly { member: Address }[], forced: readonly R[]): readonly R[] {
  return forced.filter((one) => !isListed(list, one))
}

/** What a member owes until the round has its claim. */
function memberEffects(state: RoundState, self: Address): RoundEffect[] {
  const { round, members } = state.plan
  if (state.posted) return []
  if (!members.some((member) => sameAddress(member.member, self))) return []
  const effects: RoundEffect[] = []
  // A second statement costs nothing and gains nothing: the member's row is that of the first.
  if (!maySpeak(state) || spokeOtherwise(state, self)) return effects
  const { own } = state
  const { commit, reveal } = deadlines(state)
  if (!state.sealed && state.now < commit && mayHaveRow(state.plan, self)) {
    if (!own) effects.push({ type: 'train', key: `${round}:train` })
    else if (!isBound(state, self)) {
      // Peers that missed the commitment ask for it, so the round has it before the operator is asked: a line to the operator that is cut loses none.
      if (!state.commitments.has(self)) effects.push({ type: 'commit', key: `${round}:commit`, ...own })
      else effects.push({ type: 'handIn', key: `${round}:handIn`, ...own })
      // An operator that gives no receipt may be censoring: the chain takes the commitment while there is time. A reorganisation may
      // undo that, and then the member forces again.
      if (state.now >= commit - Math.floor(state.plan.windows.commit / 4))
        effects.push({ type: 'force', key: `${round}:force`, ...own })
    }
  }
  // A reveal that opens another commitment is refused by every peer, and held against this node.
  if (
    own &&
    opensRow(state, self) &&
    !state.sealed?.shallow &&
    state.now < reveal &&
    !state.reveals.has(self) &&
    leftOut(state).length === 0
  )
    effects.push({ type: 'reveal', key: `${round}:reveal`, ...own })
  const attest = attestation(state, self)
  if (attest) effects.push(attest)
  return effects
}

/**
 * A member attests once: when it holds the updates of all sealed rows, or half-way through the attest window with what it
 * holds; never after that window, and only to a seal that is deep enough in the chain, and to a list that came in the first half of the
 * reveal window. Gossip reaches everybody in the other half, so an operator that withholds its list until the end gets no certificate.
 * A list that leaves out a member with a receipt gets no attestation and no reveal: no true claim can follow.
 */
function attestation(state: RoundState, self: Address): RoundEffect | undefined {
  const { seal, plan } = state
  if (!seal || state.sealed?.shallow || state.attestFrom === undefined || state.attestations.has(self)) return undefined
  const { reveal, attest } = deadlines(state)
  if (seal.listedAt >= seal.sealedAt + Math.ceil(plan.windows.reveal / 2) || state.now >= attest) return undefined
  if (leftOut(state).length > 0 || !seal.rows.some((row) => row.member === self)) return undefined
  // A row that its member shows to nobody is held by whoever knows what it committed to.
  const holds = shownRows(state).map((root) => root === null || (root !== undefined && state.held.has(root)))
  const complete = holds.every((one) => one)
  if (!complete && state.now < reveal + Math.floor(plan.windows.attest / 2)) return undefined
  const held = holds.reduce((bits, one, index) => (one ? bits | (1n << BigInt(index)) : bits), 0n)
  return { type: 'attest', key: `${plan.round}:attest:${seal.commitments}`, commitments: seal.commitments, held }
}
