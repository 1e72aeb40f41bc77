import { TraceKind } from '../aggregation/index.ts'
import { ledgerLeafHash, ledgerLevels, merkleProof, ZERO_HASH } from '../protocol/index.ts'
import type { Hash, Ledger, LedgerLeaf } from '../protocol/index.ts'
import type { ClaimParts } from './claim-parts.ts'
import { caseOf, hexPath, openAround, openMember, openTrace, specArgument } from './openings.ts'
import type { JudgeProof } from './proof.ts'

const UNWRITTEN: LedgerLeaf = { member: `0x${'00'.repeat(20)}`, reward: 0n, strikes: 0, reputation: 0, extra: ZERO_HASH }

/** The ledger leaf of the member of a row. */
export function buildLedgerProof(parts: ClaimParts, row: number): JudgeProof {
  const { slot } = parts.rows[row]!
  const leaf = parts.ledger.get(slot)
  return {
    functionName: 'proveLedger',
    args: [
      caseOf(parts),
      specArgument(parts.spec),
      {
        member: openMember(parts, row),
        scores: openTrace(parts, TraceKind.scores),
        parent: parts.parent,
        previous: parts.previous.ledger.get(slot) ?? UNWRITTEN,
        previousPath: ledgerPath(parts.previous.ledger, slot),
        leaf: leaf ? ledgerLeafHash(leaf) : ZERO_HASH,
        path: ledgerPath(parts.ledger, slot),
      },
    ],
  }
}

/** The ledger leaf of a slot that has no row. */
export function buildLedgerSlotProof(parts: ClaimParts, slot: number): JudgeProof {
  const hashOf = (ledger: Ledger): Hash => {
    const leaf = ledger.get(slot)
    return leaf ? ledgerLeafHash(leaf) : ZERO_HASH
  }
  return {
    functionName: 'proveLedgerSlot',
    args: [
      caseOf(parts),
      {
        slot: BigInt(slot),
        parent: parts.parent,
        previous: hashOf(parts.previous.ledger),
        previousPath: ledgerPath(parts.previous.ledger, slot),
        leaf: hashOf(parts.ledger),
        path: ledgerPath(parts.ledger, slot),
        neighbours: openAround(parts, slot),
      },
    ],
  }
}

/** The sum of all rewards. */
export function buildLedgerTotalProof(parts: ClaimParts): JudgeProof {
  return {
    functionName: 'proveLedgerTotal',
    args: [caseOf(parts), specArgument(parts.spec), openTrace(parts, TraceKind.scores), parts.parent],
  }
}

function ledgerPath(ledger: Ledger, slot: number): Hash[] {
  return hexPath(merkleProof(ledgerLevels(ledger), slot))
}
