import { COURT_ROWS, CourtKind, sourceBytes } from '../../protocol/index.ts'
import type { Address, CommitmentSource, CourtTarget, Hash, Hex, MemberLeaf } from '../../protocol/index.ts'
import type { ClaimParts } from '../claim-parts.ts'
import { treeLevels, treePath } from '../tree-levels.ts'
import type { CourtAnswer } from './court-answer.ts'

/** What shows that a members row may stand; both from the round record. */
export interface CommitmentEvidence {
  source: CommitmentSource
  /** Signature of the attestation that the claim uses; `0x` for none. */
  attestation: Hex
  /** That opens the commitment; zero for a member that did not reveal. */
  salt: Hash
}

/** Evidence for a member's row; undefined where there is none. */
export type EvidenceOf = (member: Address) => CommitmentEvidence | undefined

/** A members row as the court takes it. */
export interface ShownRow {
  leaf: MemberLeaf
  signature: Hex
  attestation: Hex
  salt: Hash
}

/**
 * The members row that a leaf stands for, or up to 16 of them, with what each stands by.
 *
 * @returns undefined where evidence for one of them is missing
 */
export function buildRowsAnswer(parts: ClaimParts, target: CourtTarget, evidenceOf: EvidenceOf): CourtAnswer | undefined {
  const rows: ShownRow[] = []
  for (const leaf of rowsOf(parts, target)) {
    const evidence = evidenceOf(leaf.member)
    if (!evidence) return undefined
    const { source, attestation, salt } = evidence
    rows.push({ leaf, signature: sourceBytes(source), attestation, salt })
  }
  const path = treePath(treeLevels(parts, target.tree), target.level, Number(target.index))
  return { functionName: 'answerRows', args: [target, rows, path] }
}

function rowsOf({ rows }: ClaimParts, { kind, index }: CourtTarget): MemberLeaf[] {
  const size = kind === CourtKind.rows ? COURT_ROWS : 1
  const first = Number(index) * size
  return rows.slice(first, first + size)
}
