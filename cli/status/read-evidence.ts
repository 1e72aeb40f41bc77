import { standingClaims } from '../../src/chain/index.ts'
import type { LedgerEvent } from '../../src/chain/index.ts'
import { ledgerFromEvidence, memberEvidence } from '../../src/replay/index.ts'
import type { MemberEvidence } from '../../src/replay/index.ts'
import type { Address, Hash } from '../../src/protocol/index.ts'

export interface EvidenceNeeds {
  task: bigint
  specHash: Hash
  /** The round that is open. */
  open: bigint
  events: readonly LedgerEvent[]
  members: readonly { member: Address; slot: number }[]
  /** Evidence folder of any node. */
  folder: string | undefined
}

/** Evidence of every member in the ledger after `round`, in the order of the members, or the reason why it is not known. */
export type EvidenceStatus = { round: bigint; members: MemberEvidence[] } | { missing: string }

/**
 * Evidence across rounds. The chain holds only the root of the ledger, so the leaves come from an evidence folder and are checked against that root.
 *
 * @example await readEvidenceStatus({ task, specHash, open, events, members, folder: 'state/evidence' })
 */
export async function readEvidenceStatus(needs: EvidenceNeeds): Promise<EvidenceStatus> {
  const { task, specHash, open, events, members, folder } = needs
  const claims = standingClaims(events)
  if (claims.length === 0) return { round: 0n, members: members.map(() => memberEvidence(undefined, open)) }
  if (folder === undefined)
    return { missing: 'the chain holds only its root; pass the evidence folder of any node with --evidence FOLDER' }
  const found = await ledgerFromEvidence(folder, { task, specHash, claims })
  if ('missing' in found) return found
  return { round: found.round, members: members.map(({ slot }) => memberEvidence(found.ledger.get(slot), open)) }
}
