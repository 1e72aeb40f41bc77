import { evidenceOf } from '../../aggregation/index.ts'
import { NO_SLOT } from '../../chain/index.ts'
import type { StakeAccount } from '../../chain/index.ts'
import { lowerHex } from '../../protocol/index.ts'
import type { Address, Ledger } from '../../protocol/index.ts'
import { memberEvidence } from '../../replay/index.ts'
import type { ClaimEntry, TaskReader } from '../reading/task-reader.ts'
import type { TaskPicture } from '../reading/task-book.ts'
import type { QueryOf } from '../routes.ts'
import type { MemberAnswer, MembersAnswer } from '../schemas.ts'
import { pageOf } from './page.ts'

/** The newest claim with its ledger, as far as this node keeps it. */
export interface Standing {
  newest: ClaimEntry | undefined
  ledger: Ledger
}

/** The ledger of the newest claim that this node keeps; empty before the first. */
export async function standingOf(reader: TaskReader, { claims }: TaskPicture): Promise<Standing> {
  for (const newest of claims.slice(-8).toReversed()) {
    const ledger = await reader.ledgerAfter(newest)
    if (ledger) return { newest, ledger }
  }
  return { newest: undefined, ledger: new Map() }
}

/** `/members`. */
export async function membersView(reader: TaskReader, { after, limit }: QueryOf<'members'>): Promise<MembersAnswer> {
  const { membership } = reader.node
  const picture = await reader.picture()
  const standing = await standingOf(reader, picture)
  const accounts = [...membership.accounts()].sort((a, b) => a.slot - b.slot || (a.owner < b.owner ? -1 : 1))
  const from = after === undefined ? 0 : accounts.findIndex(({ owner }) => lowerHex(owner) === after) + 1
  const { entries, more } = pageOf(accounts.slice(from), limit)
  const total = totalStake(accounts)
  return {
    after: (standing.newest?.round ?? 0n).toString(),
    totalStake: total.toString(),
    members: await Promise.all(entries.map(async (account) => memberAnswer(reader, picture, standing, account, total))),
    next: more ? lowerHex(entries.at(-1)!.owner) : null,
  }
}

/** Stake that counts in all. */
export function totalStake(accounts: readonly Pick<StakeAccount, 'eligible'>[]): bigint {
  return accounts.reduce((sum, { eligible }) => sum + eligible, 0n)
}

/** One member, as lists show it. */
export async function memberAnswer(
  reader: TaskReader,
  picture: TaskPicture,
  { newest, ledger }: Standing,
  account: StakeAccount,
  total: bigint,
): Promise<MemberAnswer> {
  const { node } = reader
  const member = lowerHex(account.owner)
  const slot = account.slot === NO_SLOT ? undefined : account.slot
  const leaf = slot === undefined ? undefined : ledger.get(slot)
  const totals = picture.totals.accounts.get(member)
  const role = account.role === 'operator' ? 'operator' : 'member'
  return {
    member,
    role,
    slot: slot ?? null,
    operatorKey: lowerHex(account.operatorKey),
    connected: isConnected(reader, member),
    bonded: account.bonded.toString(),
    free: account.free.toString(),
    allocated: account.allocated.toString(),
    eligible: account.eligible.toString(),
    share: total === 0n ? 0 : Number((account.eligible * 1_000_000n) / total) / 1_000_000,
    joinedAt: totals?.joined === undefined ? null : await blockTime(reader, totals.joined),
    joinedBlock: totals?.joined?.toString() ?? null,
    leavingUntil: account.freeAt === 0 ? null : account.freeAt,
    earned: (leaf?.reward ?? 0n).toString(),
    claimed: (totals?.paid ?? 0n).toString(),
    evidence: role === 'operator' ? null : evidenceIn(leaf, node.rounds.latest?.plan.round ?? (newest?.round ?? 0n) + 1n),
  }
}

function evidenceIn(
  leaf: (Parameters<typeof memberEvidence>[0] & { reputation?: number }) | undefined,
  open: bigint,
): MemberAnswer['evidence'] {
  const { since, until, ...rest } = memberEvidence(leaf, open)
  return {
    ...rest,
    wealth: leaf ? evidenceOf(leaf.extra).wealth : 0,
    reputation: (leaf?.reputation ?? 0) / 65_536,
    since: since?.toString() ?? null,
    until: until?.toString() ?? null,
  }
}

function isConnected({ node }: TaskReader, member: Address): boolean {
  return lowerHex(node.about.self) === member || node.network.peers().some((peer) => lowerHex(peer.member) === member)
}

/** Time of a block, chain seconds. */
export async function blockTime({ node, cache }: TaskReader, block: bigint): Promise<number> {
  const { publicClient } = node.about.chain
  return cache.once(`block ${block}`, async () => Number((await publicClient.getBlock({ blockNumber: block })).timestamp))
}
