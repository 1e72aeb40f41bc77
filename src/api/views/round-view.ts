import { QuorateError } from '../../core/index.ts'
import { notCounted } from '../../node/index.ts'
import {
  deadlines,
  lowerHex,
  phaseOf,
  reachesQuorum,
  reasonName,
  sameAddress,
  verdictName,
  ZERO_HASH,
} from '../../protocol/index.ts'
import type { Address, MemberLeaf, RoundState, SnapshotMember } from '../../protocol/index.ts'
import type { RoundEntry } from '../reading/round-entries.ts'
import type { TaskPicture } from '../reading/task-book.ts'
import type { TaskReader } from '../reading/task-reader.ts'
import type { RoundAnswer, RoundMemberAnswer } from '../schemas.ts'
import { earnedBy, isClaim, roundSummary } from './round-summary.ts'

/** The entry of a round. @throws QuorateError API_NOT_KNOWN */
export function entryOf({ rounds }: TaskPicture, round: string): RoundEntry {
  const entry = rounds.get(BigInt(round))
  if (entry) return entry
  throw new QuorateError('API_NOT_KNOWN', `this node knows no round ${round} of the task`)
}

/** `/rounds/{round}`. */
export async function roundView(reader: TaskReader, round: string): Promise<RoundAnswer> {
  const { node } = reader
  const picture = await reader.picture()
  const entry = entryOf(picture, round)
  const live = node.rounds.state(entry.round)
  const [summary, { members, totalStake }] = await Promise.all([
    roundSummary(reader, picture, entry),
    live && live.plan.members.length > 0 ? live.plan : reader.members(entry),
  ])
  const entries = await memberEntries(reader, picture, entry, members)
  const paused = live?.plan.paused ?? 0
  const ends = live && deadlines(live)
  return {
    ...summary,
    members: members.length,
    base: live?.plan.base ?? entry.posted?.claim.parent ?? null,
    seed: entry.seed ?? null,
    deadlines: ends
      ? {
          commit: ends.commit + paused,
          seal: ends.seal + paused,
          reveal: ends.reveal + paused,
          attest: ends.attest + paused,
          post: ends.post + paused,
        }
      : null,
    paused: live ? paused : null,
    chainNow: node.clock.now(),
    agreement: agreementOf(reader, entry, { members, totalStake, state: summary.state, quorumBps: live?.plan.quorumBps }),
    entries,
  }
}

type Members = readonly Pick<SnapshotMember, 'member' | 'slot' | 'stake'>[]

function agreementOf(
  { node }: TaskReader,
  entry: RoundEntry,
  about: { members: Members; totalStake: bigint; state: RoundAnswer['state']; quorumBps: number | undefined },
): RoundAnswer['agreement'] {
  const { members, totalStake, state, quorumBps } = about
  if (state !== 'posted' || !isClaim(entry) || quorumBps === undefined) return null
  const agreed = members.filter(({ member }) => node.agreements.has(entry.posted.claimHash, member))
  const stake = agreed.reduce((sum, one) => sum + one.stake, 0n)
  return {
    members: agreed.length,
    stake: stake.toString(),
    totalStake: totalStake.toString(),
    quorumBps,
    reached: reachesQuorum(stake, totalStake, quorumBps),
  }
}

async function memberEntries(
  reader: TaskReader,
  picture: TaskPicture,
  entry: RoundEntry,
  members: Members,
): Promise<RoundMemberAnswer[]> {
  const claim = isClaim(entry) ? entry : undefined
  const outcome = claim && (await reader.outcome(claim))
  const before = claim && outcome && (await reader.ledgerBefore(claim, picture))
  const live = reader.node.rounds.state(entry.round)
  const named = outcome?.rows.map(({ beta, verdict, reason, ...row }) => ({
    ...row,
    weight: beta,
    verdict: verdictName(verdict),
    reason: reasonName(reason),
  }))
  const open = claim && new Set(reader.node.agreements.open().map(({ claimHash }) => claimHash)).has(claim.posted.claimHash)
  return members.map(({ member, slot, stake }) => {
    const address = lowerHex(member)
    const row = outcome?.rows.find((one) => sameAddress(one.member, member))
    const reward = outcome && earnedBy(slot, before, outcome.ledger)
    const steps = live ? stepsOf(live, address) : stepsOfRow(row, outcome !== undefined)
    const agreed = open ? reader.node.agreements.has(claim.posted.claimHash, member) : null
    return {
      member: address,
      slot,
      stake: stake.toString(),
      ...steps,
      agreed,
      awaited: live !== undefined && entry.outcome !== 'void' && isAwaited(live, address, agreed === true),
      verdict: outcome ? (row ? verdictName(row.verdict) : 'unsealed') : null,
      reason: named ? (notCounted(entry.round, named, address)?.reason ?? null) : null,
      weight: row?.beta ?? null,
      score: row?.score.toString() ?? null,
      reward: reward?.toString() ?? null,
    }
  })
}

type Steps = Pick<RoundMemberAnswer, 'committed' | 'revealed' | 'attested'>

function stepsOf({ commitments, reveals, attestations }: RoundState, member: Address): Steps {
  return { committed: commitments.has(member), revealed: reveals.has(member), attested: attestations.has(member) }
}

/** What a row shows of a round that the node did not live through, or has forgotten. */
function stepsOfRow(row: MemberLeaf | undefined, known: boolean): Steps {
  if (!row) return { committed: known ? false : null, revealed: null, attested: null }
  return {
    committed: true,
    revealed: row.updateRoot === ZERO_HASH ? null : true,
    attested: row.attestationHash !== ZERO_HASH,
  }
}

/** Whether the phase waits for something that this member owes. */
function isAwaited(state: RoundState, member: Address, agreed: boolean): boolean {
  const sealed = state.seal?.rows.some((row) => row.member === member) ?? false
  switch (phaseOf(state)) {
    case 'commit':
      return !state.commitments.has(member)
    case 'reveal':
      return sealed && !state.reveals.has(member)
    case 'attest':
      return sealed && !state.attestations.has(member)
    case 'post':
      return false
    case 'agree':
      return !agreed
  }
}
