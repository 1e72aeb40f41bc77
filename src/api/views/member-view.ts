import { encodeFunctionData } from 'viem'
import { rewardDistributorAbi } from '../../chain/abi/index.ts'
import { readAccount, readVotes } from '../../chain/index.ts'
import type { StakeAccount } from '../../chain/index.ts'
import { QuorateError } from '../../core/index.ts'
import { ledgerLevels, lowerHex, merkleProof, reasonName, sameAddress, toHex, verdictName } from '../../protocol/index.ts'
import type { Address, Claim, Hash, LedgerLeaf } from '../../protocol/index.ts'
import type { TaskPicture } from '../reading/task-book.ts'
import type { TaskReader } from '../reading/task-reader.ts'
import type { MemberDetailAnswer } from '../schemas.ts'
import { earnedBy } from './round-summary.ts'
import { memberAnswer, standingOf, totalStake } from './members-view.ts'
import { governanceOf, orNull } from './task-view.ts'
import { slotIn } from './why-view.ts'

/** Newest claims in which verdicts are looked up. */
const VERDICTS = 64

/** `/members/{address}`. @throws QuorateError API_NOT_KNOWN for an account without a part in the task */
export async function memberView(reader: TaskReader, who: Address): Promise<MemberDetailAnswer> {
  const member = lowerHex(who)
  const { chain, contracts } = reader.node.about
  const picture = await reader.picture()
  const account = await accountOf(reader, member)
  if (account.role === 'none') throw new QuorateError('API_NOT_KNOWN', `${member} has no part in this task`)
  const [standing, governance, claimable] = await Promise.all([
    standingOf(reader, picture),
    governanceOf(reader),
    claimableOf(reader, picture, member),
  ])
  const votes =
    governance &&
    (await reader.cache.perBlock(`votes ${member}`, async () => readVotes(chain, { vault: contracts.vault, owner: member })))
  const total = totalStake(reader.node.membership.accounts())
  return {
    ...(await memberAnswer(reader, picture, standing, account, total)),
    peerKey: account.peerKey,
    votes: votes ? votes.votes.toString() : null,
    delegate: votes ? orNull(votes.delegate) : null,
    claimable: claimable && {
      amount: claimable.amount.toString(),
      round: claimable.round.toString(),
      claim: { ...claimable.claim, ledgerTotal: claimable.claim.ledgerTotal.toString() },
      slot: claimable.slot,
      leaf: { ...claimable.leaf, member: lowerHex(claimable.leaf.member), reward: claimable.leaf.reward.toString() },
      path: claimable.path,
    },
    verdicts: await verdictsOf(reader, picture, member),
    data: claimable && calldataOf(reader, claimable),
  }
}

/** The account: from memory while it takes part, else from the chain. */
async function accountOf({ node, cache }: TaskReader, owner: Address): Promise<StakeAccount> {
  const { chain, contracts, task } = node.about
  const known = node.membership.account(owner)
  return known ?? cache.perBlock(`account ${owner}`, async () => readAccount(chain, { vault: contracts.vault, task, owner }))
}

interface Claimable {
  amount: bigint
  round: bigint
  claim: Claim
  slot: number
  leaf: LedgerLeaf
  path: Hash[]
}

/** What a member may collect by the newest final claim whose ledger this node keeps. */
async function claimableOf(reader: TaskReader, picture: TaskPicture, member: Address): Promise<Claimable | null> {
  const final = await reader.newestFinal(picture)
  const entry = picture.claims.find(({ round }) => round === final)
  const ledger = entry && (await reader.ledgerAfter(entry))
  const slot = ledger && slotIn(ledger, member)
  if (!entry || !ledger || slot === undefined) return null
  const leaf = ledger.get(slot)!
  const amount = leaf.reward - (picture.totals.accounts.get(member)?.paid ?? 0n)
  if (amount <= 0n) return null
  const path = merkleProof(ledgerLevels(ledger), slot).map(toHex)
  return { amount, round: entry.round, claim: entry.posted.claim, slot, leaf, path }
}

function calldataOf({ node }: TaskReader, { round, claim, slot, leaf, path }: Claimable): Hash {
  return encodeFunctionData({
    abi: rewardDistributorAbi,
    functionName: 'claim',
    args: [node.about.task, round, claim, leaf, BigInt(slot), path as never],
  })
}

async function verdictsOf(reader: TaskReader, picture: TaskPicture, member: Address): Promise<MemberDetailAnswer['verdicts']> {
  const verdicts: MemberDetailAnswer['verdicts'] = []
  for (const entry of picture.claims.slice(-VERDICTS).toReversed()) {
    const outcome = await reader.outcome(entry)
    if (!outcome) continue
    const row = outcome.rows.find((one) => sameAddress(one.member, member))
    const slot = row?.slot ?? slotIn(outcome.ledger, member)
    const reward = slot === undefined ? undefined : earnedBy(slot, await reader.ledgerBefore(entry, picture), outcome.ledger)
    verdicts.push({
      round: entry.round.toString(),
      verdict: row ? verdictName(row.verdict) : 'unsealed',
      reason: row ? reasonName(row.reason) : 'none',
      weight: row?.beta ?? 0,
      reward: reward?.toString() ?? null,
    })
  }
  return verdicts
}
