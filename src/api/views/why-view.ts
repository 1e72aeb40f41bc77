import { QuorateError, formatTokens } from '../../core/index.ts'
import { notCounted } from '../../node/index.ts'
import {
  encodeSpec,
  ledgerLevels,
  lowerHex,
  merkleProof,
  reasonName,
  sameAddress,
  toHex,
  verdictName,
} from '../../protocol/index.ts'
import type { Address, Ledger, LedgerLeaf } from '../../protocol/index.ts'
import type { Outcome } from '../leaves/outcome-file.ts'
import { claimOf, isFirst, parentOf } from '../reading/task-reader.ts'
import type { ClaimEntry, TaskReader } from '../reading/task-reader.ts'
import { JsonText } from '../server/json-text.ts'
import { claimIn } from './gram-view.ts'
import { earnedBy, slotOf } from './round-summary.ts'
import { unitOf } from './task-view.ts'

/** `/rounds/{round}/members/{address}/why`. */
export async function whyView(reader: TaskReader, round: string, who: Address): Promise<JsonText> {
  const { chain, contracts, task, spec } = reader.node.about
  const member = lowerHex(who)
  const picture = await reader.picture()
  const entry = claimIn(picture, round)
  const parent = parentOf(entry, picture)
  const base = parent?.posted.claim ?? (isFirst(entry, picture) ? genesisOf(reader, entry) : undefined)
  const outcome = await reader.outcome(entry)
  const row = outcome ? outcome.rows.findIndex((one) => sameAddress(one.member, member)) : -1
  const fragment = await reader.leaves.fragment(claimOf(entry), { kind: 'why', row: row < 0 ? null : row })
  // Large claims have their rows once their leaves were asked for.
  const known = outcome ?? (await reader.outcome(entry))
  if (!known || !base)
    throw new QuorateError('API_NOT_KNOWN', `this node does not keep the claim of round ${round} or the one before`)
  const index = known.rows.findIndex((one) => sameAddress(one.member, member))
  const before = await reader.ledgerBefore(entry, picture)
  const slot = known.rows[index]?.slot ?? slotOf(reader, member) ?? slotIn(known.ledger, member)
  const earned = slot === undefined ? undefined : earnedBy(slot, before, known.ledger)
  const unit = await unitOf(reader)
  return JsonText.of(
    {
      task,
      round: entry.round,
      chainId: chain.chainId,
      ledger: lowerHex(contracts.ledger),
      member,
      claimHash: entry.posted.claimHash,
      final: entry.round <= (await reader.newestFinal(picture)),
      operator: entry.operator,
      operatorSlot: slotOf(reader, entry.operator) ?? slotIn(known.ledger, entry.operator) ?? null,
      spec: encodeSpec(spec),
      claim: entry.posted.claim,
      parent: { round: parent?.round ?? 0n, claim: base },
      row: index < 0 ? null : index,
      rows: known.rows.map((one) => ({ ...one, member: lowerHex(one.member) })),
      ledgerBefore: slot === undefined || !before ? null : ledgerProof(before, slot),
      ledgerAfter: slot === undefined ? null : ledgerProof(known.ledger, slot),
      words: {
        verdict: verdictWords(entry, known, member),
        reward:
          earned === undefined
            ? 'This node does not keep the ledger before this claim, so it does not know the reward.'
            : `The member earned ${formatTokens(earned, unit)} in this round.`,
      },
    },
    fragment,
  )
}

/** The claim of round 0, while the node has its state. */
function genesisOf({ node }: TaskReader, { posted }: ClaimEntry) {
  return node.ports.stores.states.head(lowerHex(posted.claim.parent))?.claim
}

/** A place of the ledger with the siblings that lead to its root. */
export function ledgerProof(ledger: Ledger, slot: number): { slot: number; leaf: LedgerLeaf | null; path: string[] } {
  const leaf = ledger.get(slot)
  return {
    slot,
    leaf: leaf ? { ...leaf, member: lowerHex(leaf.member) } : null,
    path: merkleProof(ledgerLevels(ledger), slot).map(toHex),
  }
}

/** The place that the ledger has for an account. */
export function slotIn(ledger: Ledger, account: Address): number | undefined {
  return [...ledger].find(([, leaf]) => sameAddress(leaf.member, account))?.[0]
}

function verdictWords({ round }: ClaimEntry, { rows }: Outcome, member: Address): string {
  const named = rows.map((row) => ({
    ...row,
    member: lowerHex(row.member),
    weight: row.beta,
    verdict: verdictName(row.verdict),
    reason: reasonName(row.reason),
  }))
  const missed = notCounted(round, named, member)
  if (missed) return `The update did not count: ${missed.reason}.`
  const { verdict, weight } = named.find((row) => row.member === member)!
  return `The update was ${verdict} and counted with ${((100 * weight) / 65_536).toFixed(2)} % of the step.`
}
