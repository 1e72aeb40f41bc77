import { TraceKind } from '../../aggregation/index.ts'
import { CourtTree, ledgerLevels, merkleProof, toHex, ZERO_HASH } from '../../protocol/index.ts'
import type { Hash, LedgerLeaf } from '../../protocol/index.ts'
import type { ClaimParts } from '../claim-parts.ts'
import { caseOf, hexPath, openAround, openMember, openTrace, specArgument } from './openings.ts'
import type { JudgeProof } from './proof.ts'
import { treeLevels } from '../tree-levels.ts'

const UNWRITTEN: LedgerLeaf = { member: `0x${'00'.repeat(20)}`, reward: 0n, strikes: 0, reputation: 0, extra: ZERO_HASH }

/** The ledger leaf of the member of a row. */
export function buildLedgerProof(parts: ClaimParts, row: number): JudgeProof {
  const { slot } = parts.rows[row]!
  const levels = treeLevels(parts, CourtTree.ledger)
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
        previousPath: hexPath(merkleProof(ledgerLevels(parts.previous.ledger), slot)),
        leaf: leafOf(levels, slot),
        path: hexPath(merkleProof(levels, slot)),
      },
    ],
  }
}

/** A row that is quarantined without reason, or is not although the ledger before the round says so. */
export function buildQuarantineProof(parts: ClaimParts, row: number): JudgeProof {
  const { slot } = parts.rows[row]!
  const { ledger } = parts.previous
  return {
    functionName: 'proveQuarantine',
    args: [
      caseOf(parts),
      openMember(parts, row),
      parts.parent,
      ledger.get(slot) ?? UNWRITTEN,
      hexPath(merkleProof(ledgerLevels(ledger), slot)),
    ],
  }
}

/** The ledger leaf of a slot that has no row: the operator's, or one that nobody may write to. */
export function buildLedgerSlotProof(parts: ClaimParts, slot: number): JudgeProof {
  const [before, after] = [ledgerLevels(parts.previous.ledger), treeLevels(parts, CourtTree.ledger)]
  return {
    functionName: 'proveLedgerSlot',
    args: [
      caseOf(parts),
      specArgument(parts.spec),
      {
        slot: BigInt(slot),
        scores: openTrace(parts, TraceKind.scores),
        parent: parts.parent,
        previous: parts.previous.ledger.get(slot) ?? UNWRITTEN,
        previousPath: hexPath(merkleProof(before, slot)),
        leaf: leafOf(after, slot),
        path: hexPath(merkleProof(after, slot)),
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

function leafOf(levels: readonly (readonly Uint8Array[])[], slot: number): Hash {
  const leaf = levels[0]![slot]
  return leaf ? toHex(leaf) : ZERO_HASH
}
