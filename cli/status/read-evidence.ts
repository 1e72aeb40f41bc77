import { zeroAddress } from 'viem'
import { evidenceOf } from '../../src/aggregation/index.ts'
import { readJudge, readRound, standingClaims } from '../../src/chain/index.ts'
import type { Chain, Contracts, LedgerEvent } from '../../src/chain/index.ts'
import { ledgerFromEvidence, memberEvidence } from '../../src/replay/index.ts'
import type { MemberEvidence, OutlierStatus } from '../../src/replay/index.ts'
import { sameAddress } from '../../src/protocol/index.ts'
import type { Address, Hash, LedgerLeaf } from '../../src/protocol/index.ts'

export interface EvidenceNeeds {
  chain: Chain
  contracts: Pick<Contracts, 'ledger'>
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
 * @example await readEvidenceStatus({ chain, contracts, task, specHash, open, events, members, folder: 'data/evidence' })
 */
export async function readEvidenceStatus(needs: EvidenceNeeds): Promise<EvidenceStatus> {
  const { task, specHash, open, events, members, folder } = needs
  const claims = standingClaims(events)
  if (claims.length === 0) return { round: 0n, members: members.map(() => memberEvidence(undefined, open, 'no')) }
  if (folder === undefined)
    return { missing: 'the chain holds only its root; pass the evidence folder of any node with --evidence FOLDER' }
  const found = await ledgerFromEvidence(folder, { task, specHash, claims })
  if ('missing' in found) return found
  const read = async ({ member, slot }: { member: Address; slot: number }): Promise<MemberEvidence> => {
    const leaf = found.ledger.get(slot)
    return memberEvidence(leaf, open, leaf ? await outlierStatus(leaf, member, needs) : 'no')
  }
  return { round: found.round, members: await Promise.all(members.map(read)) }
}

/** Whether a member's newest quarantine can be or was fined, if the quarantine is a repeated one. */
async function outlierStatus({ extra }: LedgerLeaf, member: Address, needs: EvidenceNeeds): Promise<OutlierStatus> {
  const { since: round, quarantines } = evidenceOf(extra)
  if (quarantines < 2) return 'no'
  const { chain, contracts, task, events } = needs
  if (events.some((event) => event.type === 'penalised' && event.round === round && sameAddress(event.account, member)))
    return 'paid'
  const { status } = await readRound(chain, { ledger: contracts.ledger, task, round })
  if (status !== 'final' && status !== 'posted') return 'forgotten'
  if (sameAddress(await readJudge(chain, { ledger: contracts.ledger, task, round }), zeroAddress)) return 'unjudged'
  return status === 'final' ? 'now' : 'whenFinal'
}
