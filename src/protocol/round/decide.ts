import { lowerHex, sameAddress } from '../bytes.ts'
import type { Address } from '../types.ts'
import { attestEnd, deadlines, everybodyCommitted, mayPost, phaseOf } from './phase.ts'
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
  const effects = [...fetches(state), ...operatorEffects(state, self), ...memberEffects(state, self), ...replays(state)]
  return effects.filter(({ type }) => duties.has(DUTY_OF[type]))
}

/** A claim that this node built itself needs no replay. */
function replays({ plan, posted, replay }: RoundState): RoundEffect[] {
  if (!posted || replay) return []
  const { claimHash } = posted
  return [{ type: 'replay', key: `${plan.round}:replay:${claimHash}`, claimHash }]
}

function fetches(state: RoundState): RoundEffect[] {
  if (state.posted) return []
  return [...state.reveals]
    .filter(([, reveal]) => !state.held.has(reveal.updateRoot))
    .map(([member, { updateRoot }]) => ({ type: 'fetch', key: `${state.plan.round}:fetch:${updateRoot}`, member, updateRoot }))
}

/**
 * The operator whose turn it is drives the round until its post deadline; then any other may take over, and after a
 * rejection at once. The operator that takes over seals the members' commitments, unless the seal of the late operator
 * is known. When the time of everybody is over, the round is void.
 */
function operatorEffects(state: RoundState, self: Address): RoundEffect[] {
  const { round } = state.plan
  if (state.posted) return []
  if (state.now >= deadlines(state).takeover) return [{ type: 'void', key: `${round}:void` }]
  if (!mayPost(state, self)) return []
  if (!state.seal) {
    const done = everybodyCommitted(state) || state.now >= lastCall(state, self)
    return done ? [{ type: 'seal', key: `${round}:seal:${state.rejected.size}` }] : []
  }
  if (phaseOf(state) !== 'post') return []
  if (!state.built) return [{ type: 'build', key: `${round}:build:${state.rejected.size}` }]
  return [{ type: 'post', key: `${round}:post:${state.built.claimHash}`, claimHash: state.built.claimHash }]
}

/** When to seal without everybody: at the end of the commit window; for who takes over, after a while to ask peers for what it missed. */
function lastCall(state: RoundState, self: Address): number {
  const { commit, post } = deadlines(state)
  const { windows, reopenedAt, operator, vacant = false } = state.plan
  if (vacant) return reopenedAt === undefined ? commit : reopenedAt + Math.floor(windows.post / 8)
  return sameAddress(operator, self) ? commit : post + Math.floor(windows.takeover / 8)
}

function memberEffects(state: RoundState, self: Address): RoundEffect[] {
  const { round, members } = state.plan
  if (!members.some((member) => sameAddress(member.member, self))) return []
  const effects: RoundEffect[] = []
  const { own } = state
  const sealed = state.seal?.rows.some((row) => row.member === self) === true
  if (!sealed && !state.posted && state.now < deadlines(state).commit) {
    if (!own) effects.push({ type: 'train', key: `${round}:train` })
    else if (!state.receipt) {
      if (!state.seal) effects.push({ type: 'commit', key: `${round}:commit`, ...own })
      // An operator that gives no receipt, or seals without this member before its time is over, may be censoring: the chain takes the commitment while
      // there is time.
      if (state.seal || state.now >= deadlines(state).commit - Math.floor(state.plan.windows.commit / 4)) {
        effects.push({ type: 'force', key: `${round}:force`, ...own })
      }
    }
  }
  if (own && sealed && !state.reveals.has(self) && !state.posted) effects.push({ type: 'reveal', key: `${round}:reveal`, ...own })
  const attest = attestation(state, self)
  if (attest) effects.push(attest)
  return effects
}

/**
 * A member attests once: when it holds all revealed updates, or half-way through the attest phase with the updates that
 * it holds.
 */
function attestation(state: RoundState, self: Address): RoundEffect | undefined {
  if (!state.seal || state.posted || state.attestFrom === undefined || state.attestations.has(self)) return undefined
  const rows = state.seal.rows.map((row) => state.reveals.get(row.member)?.updateRoot)
  const complete = rows.every((root) => root === undefined || state.held.has(root))
  const halfWay = state.attestFrom + Math.floor((attestEnd(state) - state.attestFrom) / 2)
  if (!complete && state.now < halfWay) return undefined
  const held = rows.reduce(
    (bits, root, index) => (root !== undefined && state.held.has(root) ? bits | (1n << BigInt(index)) : bits),
    0n,
  )
  return {
    type: 'attest',
    key: `${state.plan.round}:attest:${state.seal.commitments}`,
    commitments: state.seal.commitments,
    held,
  }
}
