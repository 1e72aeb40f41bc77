import { operatorShare } from '../../aggregation/index.ts'
import { lowerHex, phaseOf, reasonName, verdictName } from '../../protocol/index.ts'
import type { Address, Ledger } from '../../protocol/index.ts'
import { roundEvent } from '../../node/index.ts'
import type { Outcome } from '../leaves/outcome-file.ts'
import { numbersOf, summaryOf } from '../reading/evaluation-reader.ts'
import type { RoundEntry } from '../reading/round-entries.ts'
import type { TaskPicture } from '../reading/task-book.ts'
import { heightOf, isFirst, parentOf } from '../reading/task-reader.ts'
import type { ClaimEntry, TaskReader } from '../reading/task-reader.ts'
import type { RoundSummary } from '../schemas.ts'

/** A round as lists show it. */
export async function roundSummary(
  reader: TaskReader,
  picture: TaskPicture,
  entry: RoundEntry,
  { rows = false }: { rows?: boolean } = {},
): Promise<RoundSummary> {
  const claim = isClaim(entry) ? entry : undefined
  const [outcome, onChain, final, evaluation] = await Promise.all([
    claim && reader.outcome(claim),
    claim && reader.onChain(entry.round),
    claim ? reader.newestFinal(picture) : 0n,
    claim && evaluationOf(reader, claim),
  ])
  const live = reader.node.rounds.state(entry.round)
  const open = entry.outcome === 'open'
  const earned = claim && earnedIn(claim, picture)
  const shown = await (claim && outcome && rows ? rowsOf(reader, picture, claim, outcome) : undefined)
  return {
    round: entry.round.toString(),
    state: open
      ? 'open'
      : claim
        ? entry.round <= final
          ? 'final'
          : 'posted'
        : entry.outcome === 'rejected'
          ? 'rejected'
          : 'void',
    phase: live && (open || claim) ? phaseOf(live) : null,
    deadline: live && open ? roundEvent(live, 0).deadline : null,
    operator: entry.operator,
    openedAt: entry.openedAt,
    sealedAt: entry.sealedAt ?? null,
    postedAt: claim ? postedAt(claim, picture, onChain?.postedAt) : null,
    postedBlock: entry.posted?.block.toString() ?? null,
    transaction: entry.posted?.transaction ?? null,
    challengeEnd: onChain?.challengeEnd || null,
    claimHash: entry.posted?.claimHash ?? null,
    modelRoot: entry.posted?.claim.modelRoot ?? null,
    ledgerRoot: entry.posted?.claim.ledgerRoot ?? null,
    height: claim ? heightOf(claim, picture) : null,
    members: live && live.plan.members.length > 0 ? live.plan.members.length : null,
    sealed: entry.sealed ?? null,
    verdicts: outcome ? countVerdicts(outcome) : null,
    rewards: earned?.toString() ?? null,
    operatorReward: earned === undefined ? null : (earned > 0n ? operatorShare(reader.node.about.spec) : 0n).toString(),
    evaluation: evaluation ?? null,
    ...(rows && { rows: shown ?? null }),
  }
}

export function isClaim(entry: RoundEntry): entry is ClaimEntry {
  return entry.outcome === 'posted' && entry.posted !== undefined
}

/** Rewards of a round in all; undefined where the claim before is forgotten. */
function earnedIn(entry: ClaimEntry, picture: TaskPicture): bigint | undefined {
  const parent = parentOf(entry, picture)
  if (!parent && !isFirst(entry, picture)) return undefined
  return entry.posted.claim.ledgerTotal - (parent?.posted.claim.ledgerTotal ?? 0n)
}

/** A claim opens the next round in its own transaction, whose time the ledger's events have for ever. */
function postedAt(entry: ClaimEntry, { rounds }: TaskPicture, onChain: number | undefined): number | null {
  if (onChain) return onChain
  const next = rounds.get(entry.round + 1n)
  return next?.openedIn === entry.posted.transaction ? next.openedAt : null
}

function countVerdicts({ rows }: Outcome): NonNullable<RoundSummary['verdicts']> {
  const counts: NonNullable<RoundSummary['verdicts']> = {}
  for (const { verdict } of rows) counts[verdictName(verdict)] = (counts[verdictName(verdict)] ?? 0) + 1
  return counts
}

async function evaluationOf(reader: TaskReader, entry: ClaimEntry): Promise<RoundSummary['evaluation']> {
  const messages = await reader.evaluations.of(entry.round, entry.posted.claim.modelRoot)
  if (messages.length === 0) return null
  const stakes = await reader.stakes(entry)
  return summaryOf(messages.map((message) => numbersOf(message, stakes)))
}

/** The rows of a claim, with what each earned. */
export async function rowsOf(
  reader: TaskReader,
  picture: TaskPicture,
  entry: ClaimEntry,
  { rows, ledger }: Outcome,
): Promise<NonNullable<RoundSummary['rows']>> {
  const before = await reader.ledgerBefore(entry, picture)
  return rows.map((row) => ({
    member: lowerHex(row.member),
    slot: row.slot,
    verdict: verdictName(row.verdict),
    reason: reasonName(row.reason),
    weight: row.beta,
    score: row.score.toString(),
    reward: earnedBy(row.slot, before, ledger)?.toString() ?? null,
  }))
}

/** What a place of the ledger earned by a claim; undefined where the ledger before is not kept. */
export function earnedBy(slot: number, before: Ledger | undefined, after: Ledger): bigint | undefined {
  return before && (after.get(slot)?.reward ?? 0n) - (before.get(slot)?.reward ?? 0n)
}

/** The slot of an account: that of its row, else of its stake. */
export function slotOf(reader: TaskReader, member: Address): number | undefined {
  return reader.node.membership.account(member)?.slot
}
