import { aggregateRound, stakeMedianNorm } from '../aggregation/index.ts'
import type { Kernels } from '../aggregation/index.ts'
import { QuorateError } from '../core/index.ts'
import { claimParts, sealParts } from '../judge/index.ts'
import type { ClaimParts } from '../judge/index.ts'
import {
  availableRoots,
  claimHash,
  documentHash,
  encodeRecord,
  encodeSpec,
  evidenceHash,
  fileHash,
  fromHex,
  keccak,
  toHex,
  updateFileName,
  Verdict,
  ZERO_HASH,
} from '../protocol/index.ts'
import type { Claim, Hash, MemberLeaf, RoundRecord, TaskSpec } from '../protocol/index.ts'
import { parseTaskDocument } from '../training/index.ts'
import { DOCUMENT_FILE, manifestOf, RECORD_FILE, SPEC_FILE } from './evidence-folder.ts'
import type { EvidenceFiles } from './evidence-folder.ts'
import type { ModelState } from './model-state.ts'

export interface ClaimInput {
  task: bigint
  spec: TaskSpec
  /** Canonical JSON of the task document. */
  document: string
  base: ModelState
  /** Checked before: signatures and facts (`checkRecord`). */
  record: RoundRecord
  /** The bytes of every available update, by root. */
  updates: ReadonlyMap<Hash, Int8Array>
}

export interface ComputedClaim {
  claim: Claim
  claimHash: Hash
  /** The state after the claim. */
  state: ModelState
  /** Rows of `membersRoot`, in order. */
  rows: MemberLeaf[]
  /** The claim opened: every leaf of its trees. */
  parts: ClaimParts
  /** The evidence the claim commits to. */
  files: EvidenceFiles
}

/** Computes claims; a function with its kernels loaded. */
export type ClaimComputer = (input: ClaimInput) => ComputedClaim

/**
 * From the record of a round and its updates to the claim: the one function that operators post from, members replay and auditors
 * check (docs/protocol.md §8). Pure: the same input gives the same bytes on every machine.
 *
 * @throws QuorateError BLOB_NOT_FOUND when an available update is missing from `updates`
 */
export function claimComputer(kernels: Kernels): ClaimComputer {
  return ({ task, spec, document, base, record, updates }) => {
    const available = availableRoots(record, spec.quorumBps)
    const stakes = new Map(record.snapshot.members.map((member) => [member.member, member]))
    const result = aggregateRound({
      spec,
      round: record.round,
      kernels,
      model: base.model,
      reference: base.reference,
      ledger: base.ledger,
      lengths: tensorLengths(document),
      rows: record.rows.map((row, index) => {
        const member = stakes.get(row.member)
        if (!member) throw new QuorateError('CLAIM_MISMATCH', `row ${row.member} is not in the stake snapshot`)
        const root = available[index]
        const update = root && updates.get(root)
        if (root && !update)
          throw new QuorateError('BLOB_NOT_FOUND', `the update ${root} is available but not here`, { details: { root } })
        return {
          member: row.member,
          slot: member.slot,
          stake: member.stake,
          updateRoot: row.reveal?.updateRoot ?? null,
          update: update ?? null,
        }
      }),
    })
    const rows = record.rows.map((row, index): MemberLeaf => {
      const { slot, stake } = stakes.get(row.member)!
      const { verdict, weight, score } = result.rows[index]!
      return {
        member: row.member,
        slot,
        stake,
        commitment: row.commitment,
        signatureHash: row.signature === '0x' ? ZERO_HASH : fileHash(fromHex(row.signature)),
        // What a quarantined member revealed has no part in the claim.
        updateRoot: verdict === Verdict.quarantined ? ZERO_HASH : (row.reveal?.updateRoot ?? ZERO_HASH),
        verdict,
        weight,
        score,
      }
    })
    const files = evidenceFiles(spec, document, record, available, updates)
    const parts = claimParts({
      task,
      round: record.round,
      spec,
      parent: { round: base.round, claim: base.claim },
      previous: { model: base.model, reference: base.reference, ledger: base.ledger },
      updates,
      rows,
      evidence: evidenceHash(manifestOf(files)),
      result,
    })
    const claim = sealParts(parts)
    const hash = claimHash(task, record.round, claim)
    const state: ModelState = {
      round: record.round,
      claimHash: hash,
      height: base.height + 1,
      claim,
      model: result.model,
      reference: result.reference,
      ledger: result.ledger,
      ledgerTotal: result.ledgerTotal,
      medianNorm: stakeMedianNorm(result.trace) ?? base.medianNorm,
    }
    return { claim, claimHash: hash, state, rows, parts, files }
  }
}

function evidenceFiles(
  spec: TaskSpec,
  document: string,
  record: RoundRecord,
  available: readonly (Hash | undefined)[],
  updates: ReadonlyMap<Hash, Int8Array>,
): EvidenceFiles {
  if (documentHash(document) !== spec.document)
    throw new QuorateError('SPEC_MISMATCH', 'the task document is not the one the specification names')
  const text = (value: string): Uint8Array => new TextEncoder().encode(value)
  const files = new Map([
    [RECORD_FILE, text(encodeRecord(record))],
    [SPEC_FILE, text(encodeSpec(spec))],
    [DOCUMENT_FILE, text(document)],
  ])
  for (const root of available) {
    const update = root && updates.get(root)
    if (update) files.set(updateFileName(root), new Uint8Array(update.buffer, update.byteOffset, update.byteLength))
  }
  return files
}

/** Coordinates of each tensor before padding, from the task document. */
function tensorLengths(document: string): number[] {
  return parseTaskDocument(document).tensors.map(({ shape }) => shape.reduce((product, size) => product * size, 1))
}

/** Hash of `record.json`, as the claim notice names it. */
export function recordHash(record: RoundRecord): Hash {
  return toHex(keccak(new TextEncoder().encode(encodeRecord(record))))
}
