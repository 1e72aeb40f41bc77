import { readFinality, standingClaims } from '../../src/chain/index.ts'
import type { Chain, Contracts, LedgerEvent, PostedEvent } from '../../src/chain/index.ts'
import { notCounted } from '../../src/node/events/counted.ts'
import { rowsFromEvidence } from '../../src/replay/index.ts'
import { reasonName, verdictName } from '../../src/protocol/index.ts'
import type { Address, Hash, MemberLeaf } from '../../src/protocol/index.ts'
import { readRoundMembers } from './round-members.ts'

/** Rounds shown. */
const LATEST = 5

export interface RoundsNeeds {
  chain: Chain
  contracts: Pick<Contracts, 'ledger' | 'vault'>
  task: bigint
  specHash: Hash
  rewardPerRound: bigint
  /** `TaskSpec.committee`. */
  committee: number
  events: readonly LedgerEvent[]
  /** Evidence folder of any node. */
  folder: string | undefined
}

/** A round that is over, as far as chain and evidence tell. */
export type RoundStatus =
  | { round: bigint; status: 'void' }
  | {
      round: bigint
      status: 'posted' | 'final'
      /** Members of the round, and those whose commitment was sealed. */
      members: number
      sealed: number
      /** Whether any update counted. Without evidence: whether the round paid anybody, in tasks that pay. */
      counted: boolean
      /** Members whose update did not count, and why; null where no evidence opens the claim. */
      uncounted: { member: Address; reason: string }[] | null
    }

/** The latest rounds with a claim or void, the newest first; claims rejected since are left out. */
export async function readRounds(needs: RoundsNeeds): Promise<RoundStatus[]> {
  const { events } = needs
  const claims = new Map(standingClaims(events).map((claim) => [claim.round, claim]))
  const voided = events.flatMap((event) => (event.type === 'voided' || event.type === 'failed' ? [event.round] : []))
  const rounds = [...new Set([...claims.keys(), ...voided])].sort((a, b) => (a < b ? 1 : -1)).slice(0, LATEST)
  return Promise.all(
    rounds.map(async (round): Promise<RoundStatus> => {
      const claim = claims.get(round)
      return claim ? readClaimed(needs, claim, [...claims.values()]) : { round, status: 'void' }
    }),
  )
}

async function readClaimed(needs: RoundsNeeds, posted: PostedEvent, claims: readonly PostedEvent[]): Promise<RoundStatus> {
  const { chain, contracts, task, specHash, folder } = needs
  const { round, claim } = posted
  const [{ final }, { members }, rows] = await Promise.all([
    readFinality(chain, { ledger: contracts.ledger, task, round }),
    readRoundMembers(needs, round),
    folder === undefined ? undefined : rowsFromEvidence(folder, { task, round, specHash, claim }),
  ])
  const before = claims.filter((other) => other.round < round).at(-1)?.claim.ledgerTotal ?? 0n
  const uncounted = rows ? reasonsOf(round, rows, members) : null
  return {
    round,
    status: final ? 'final' : 'posted',
    members: members.length,
    sealed: claim.members,
    counted: uncounted ? uncounted.length < members.length : needs.rewardPerRound === 0n || claim.ledgerTotal > before,
    uncounted,
  }
}

function reasonsOf(
  round: bigint,
  rows: readonly MemberLeaf[],
  members: readonly { member: Address }[],
): { member: Address; reason: string }[] {
  const named = rows.map(({ beta, verdict, reason, ...row }) => ({
    ...row,
    weight: beta,
    verdict: verdictName(verdict),
    reason: reasonName(reason),
  }))
  return members.flatMap(({ member }) => {
    const missed = notCounted(round, named, member)
    return missed ? [{ member, reason: missed.reason }] : []
  })
}
