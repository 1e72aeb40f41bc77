import { forcedHashOf, sameAddress } from '../../src/protocol/index.ts'
import type { Address, Claim, Hash } from '../../src/protocol/index.ts'
import type { RoundEventBody } from '../../src/chain/events/ledger-event.ts'
import { CAST } from './cast.ts'
import { GENESIS, TASK, WINDOWS } from './task.ts'

/** What accounts send to the ledger. `from` is the account, which is also its key. */
export type Transaction = { from: Address } & (
  | { type: 'take' }
  | { type: 'force'; round: bigint; commitment: Hash }
  | { type: 'seal'; round: bigint; openedAt: number; digest: Hash; count: number; forcedHash: Hash }
  | { type: 'post'; round: bigint; openedAt: number; digest: Hash; claimHash: Hash; claim: Claim }
  | { type: 'fail' }
  | { type: 'reject'; round: bigint; claimHash: Hash }
)

export interface OpenRound {
  round: bigint
  operator: Address
  openedAt: number
  parent: Hash
  forced: readonly { member: Address; commitment: Hash }[]
  sealed?: { digest: Hash; count: number; sealedAt: number }
}

export interface Standing {
  round: bigint
  claimHash: Hash
  operator: Address
  postedAt: number
  /** Commitments that the chain had when the round was sealed. */
  forced: OpenRound['forced']
  /** When it was sealed. */
  sealedAt: number
}

/** The ledger of one task between two transactions. Never changed in place, so that blocks can be undone. */
export interface LedgerState {
  next: bigint
  open?: OpenRound
  claims: readonly Standing[]
}

export const EMPTY: LedgerState = { next: 1n, claims: [] }

/** Which claims a proof can reject. */
export type Judge = (claim: Standing) => boolean

/** When anybody may end the open round. */
export function endOf({ openedAt, sealed }: OpenRound): number {
  const { commit, reveal, attest, post } = WINDOWS
  return sealed ? sealed.sealedAt + reveal + attest + post : openedAt + commit + post
}

/** The ledger after a transaction, with its events; undefined when it reverts. The rules are those of docs/protocol.md §3. */
export function apply(
  state: LedgerState,
  tx: Transaction,
  now: number,
  provable: Judge,
): { state: LedgerState; events: RoundEventBody[] } | undefined {
  const { open } = state
  const { from } = tx
  switch (tx.type) {
    case 'take':
      return open || !isOperator(from) ? undefined : opened(state, from, now)
    case 'force': {
      if (!open || open.sealed || tx.round !== open.round || now >= open.openedAt + WINDOWS.commit) return undefined
      if (open.forced.some(({ member }) => sameAddress(member, from))) return undefined
      const forced = [...open.forced, { member: from, commitment: tx.commitment }]
      return {
        state: { ...state, open: { ...open, forced } },
        events: [{ type: 'forced', task: TASK, round: open.round, member: from, commitment: tx.commitment }],
      }
    }
    case 'seal': {
      if (!open || open.sealed || !sameAddress(open.operator, from) || tx.round !== open.round) return undefined
      if (tx.openedAt !== open.openedAt || now >= endOf(open)) return undefined
      // Commitments may still be forced before the window ends; an early seal is over signed ones only.
      if (now >= open.openedAt + WINDOWS.commit && tx.forcedHash !== forcedHashOf(open.forced)) return undefined
      const { digest, count } = tx
      return {
        state: { ...state, open: { ...open, sealed: { digest, count, sealedAt: now } } },
        events: [{ type: 'sealed', task: TASK, round: open.round, digest, count, sealedAt: now }],
      }
    }
    case 'post': {
      if (!open?.sealed || !sameAddress(open.operator, from) || tx.round !== open.round || now >= endOf(open)) return undefined
      if (tx.openedAt !== open.openedAt || tx.digest !== open.sealed.digest || tx.claim.parent !== open.parent) return undefined
      const { round, claimHash, claim } = tx
      const claims = [
        ...state.claims,
        { round, claimHash, operator: from, postedAt: now, forced: open.forced, sealedAt: open.sealed.sealedAt },
      ]
      const next = opened({ next: round + 1n, claims }, from, now)
      return {
        state: next.state,
        events: [{ type: 'posted', task: TASK, round, claimHash, operator: from, claim }, ...next.events],
      }
    }
    case 'fail': {
      if (!open || !(sameAddress(open.operator, from) || now >= endOf(open))) return undefined
      const { round, operator } = open
      return {
        state: { next: round + 1n, claims: state.claims },
        events: [
          { type: 'failed', task: TASK, round, operator, fails: 1 },
          { type: 'emptied', task: TASK, next: round + 1n, since: now },
        ],
      }
    }
    case 'reject': {
      const claim = state.claims.find(({ round }) => round === tx.round)
      if (claim?.claimHash !== tx.claimHash || now >= claim.postedAt + WINDOWS.challenge) return undefined
      if (!provable(claim)) return undefined
      const { round, claimHash, operator } = claim
      const next = open ? open.round + 1n : state.next
      return {
        state: { next, claims: state.claims.filter((one) => one.round < round) },
        events: [
          { type: 'rejected', task: TASK, round, claimHash, operator, penalty: 1n, recipient: from, bounty: 0n },
          { type: 'emptied', task: TASK, next, since: now },
        ],
      }
    }
  }
}

function opened(state: LedgerState, operator: Address, now: number): { state: LedgerState; events: RoundEventBody[] } {
  const round = state.next
  const parent = state.claims.at(-1)?.claimHash ?? GENESIS
  return {
    state: { ...state, next: round, open: { round, operator, openedAt: now, parent, forced: [] } },
    events: [{ type: 'opened', task: TASK, round, operator, operatorKey: operator, openedAt: now }],
  }
}

function isOperator(account: Address): boolean {
  return CAST.some(({ owner, role }) => role === 'operator' && sameAddress(owner, account))
}
