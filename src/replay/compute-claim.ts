import { stakeMedianNorm } from '../aggregation/index.ts'
import type { RoundInput } from '../aggregation/index.ts'
import { QuorateError } from '../core/index.ts'
import type { Engine, HashedRow, RowSource } from '../engine/index.ts'
import { claimParts, openingOf } from '../judge/index.ts'
import type { ClaimParts } from '../judge/index.ts'
import {
  availableRoots,
  roundBuckets,
  certificateFaults,
  claimHash,
  committedRoots,
  documentHash,
  evidenceHash,
  ledgerRoot,
  membersRoot,
  fileHash,
  fromHex,
  signatureHash,
  Verdict,
  ZERO_HASH,
} from '../protocol/index.ts'
import type { Address, Claim, Hash, MemberLeaf, RoundRecord, TaskSpec } from '../protocol/index.ts'
import { claimBaseOf } from './claim-base.ts'
import { manifestOf, roundDocuments } from './evidence-folder.ts'
import type { Evidence } from './evidence-folder.ts'
import type { KeptLeaves } from './kept-leaves.ts'
import type { ModelState } from './model-state.ts'
import { aggregateBuckets } from './sum-buckets.ts'
import { updatesOf } from './updates-of.ts'

export interface ClaimInput {
  task: bigint
  spec: TaskSpec
  /** Canonical JSON of the task document. */
  document: string
  base: ModelState
  /** Checked before: signatures and facts (`checkRecord`). */
  record: RoundRecord
  /** Every available update by root: its file, or its bytes. */
  updates: ReadonlyMap<Hash, RowSource>
  /** Chunk hashes of updates, where they are known: those under a root must lead to it. */
  leaves?: Pick<KeptLeaves, 'get' | 'forget'>
}

export interface ComputedClaim {
  claim: Claim
  claimHash: Hash
  /** The state after the claim. */
  state: ModelState
  /** Rows of `membersRoot`, in order. */
  rows: MemberLeaf[]
  /** Owner addresses of the members that the round had, in slot order; lower case. */
  members: readonly Address[]
  /** The claim opened: every leaf of its trees. */
  parts: ClaimParts
  /** The opening of the claim (docs/protocol.md §11): what `parts` hold, written one after the other without taking them apart. */
  opening(): Uint8Array
  /** The evidence the claim commits to. */
  files: Evidence
}

/** Computes claims with an engine; CANCELLED between two of its jobs once the signal is aborted. */
export type ClaimComputer = (input: ClaimInput, signal?: AbortSignal) => Promise<ComputedClaim>

/**
 * From the record of a round and its updates to the claim: the one function that operators post from, members replay and auditors
 * check (docs/protocol.md §8). Pure: the same input gives the same bytes on every machine.
 *
 * @throws QuorateError ROUND_UNCERTIFIED when too little weight is sealed or attests for any claim; BLOB_NOT_FOUND when an available update is missing from `updates`; STORAGE_FAILED, THREAD_LOST, CANCELLED
 * @example const { claim, state } = await claimComputer(engine)({ task, spec, document, base, record, updates })
 */
export function claimComputer(engine: Pick<Engine, 'aggregate'>): ClaimComputer {
  return async ({ task, spec, document, base, record, updates, leaves }, signal) => {
    const [lack] = certificateFaults(record, spec)
    if (lack) throw new QuorateError('ROUND_UNCERTIFIED', `no claim of round ${record.round} can be true: ${lack}`)
    const files = evidenceOf(spec, document, record, updates)
    const stakes = new Map(record.snapshot.members.map((member) => [member.member, member]))
    const available = availableRoots(record, spec)
    const committed = committedRoots(record, spec)
    const attestations = new Map(record.attestations.map((attestation) => [attestation.member, attestation]))
    const input: RoundInput<RowSource | HashedRow> = {
      spec,
      round: record.round,
      model: base.model,
      reference: base.reference,
      ledger: base.ledger,
      operator: { member: record.seal.operator, slot: record.seal.slot },
      rows: record.rows.map((row, index) => {
        const member = stakes.get(row.member)
        if (!member) throw new QuorateError('CLAIM_MISMATCH', `row ${row.member} is not in the stake snapshot`)
        const root = available[index]
        const update = root && files.updates.get(root)
        const hashes = root && leaves?.get(root)
        return {
          member: row.member,
          slot: member.slot,
          weight: member.stake,
          updateRoot: row.reveal?.updateRoot ?? null,
          update: update && hashes ? { row: update, leaves: hashes } : (update ?? null),
        }
      }),
    }
    const buckets = record.buckets && roundBuckets(record, committed)
    const result = buckets
      ? await aggregateBuckets(
          engine,
          input,
          { buckets: buckets.filter(({ whole }) => whole), available: committed.map((root) => root !== undefined) },
          { signal },
        )
      : await engine.aggregate(input, { signal })
    const rows = record.rows.map((row, index): MemberLeaf => {
      const { slot, stake } = stakes.get(row.member)!
      const { verdict, reason, reasonArg, beta, score } = result.rows[index]!
      const attestation = attestations.get(row.member)
      return {
        member: row.member,
        slot,
        weight: stake,
        commitment: row.commitment,
        signatureHash: signatureHash(row.source),
        // Other reveals have no part in the claim.
        updateRoot: verdict >= Verdict.inadmissible ? row.reveal!.updateRoot : ZERO_HASH,
        held: attestation?.held ?? 0n,
        attestationHash: attestation ? fileHash(fromHex(attestation.signature)) : ZERO_HASH,
        verdict,
        reason,
        reasonArg,
        beta,
        score,
      }
    })
    const { model, reference, ledger, ledgerTotal } = result
    const claim: Claim = {
      parent: claimHash(task, base.round, base.claim),
      membersRoot: membersRoot(rows),
      gramRoot: result.gramRoot,
      traceRoot: result.traceRoot,
      transitionRoot: result.transitionRoot,
      modelRoot: result.modelRoot,
      referenceRoot: result.referenceRoot,
      ledgerRoot: ledgerRoot(ledger),
      evidence: evidenceHash(manifestOf(files)),
      ledgerTotal,
      members: rows.length,
    }
    const hash = claimHash(task, record.round, claim)
    const state: ModelState = {
      round: record.round,
      claimHash: hash,
      height: base.height + 1,
      claim,
      model,
      reference,
      ledger,
      ledgerTotal,
      medianNorm: stakeMedianNorm(result.trace) ?? base.medianNorm,
    }
    const parts = claimParts({
      ...claimBaseOf(task, spec, base),
      round: record.round,
      updates: updatesOf(files.updates, leaves),
      rows,
      ...(buckets && { buckets }),
      evidence: claim.evidence,
      result,
    })
    const opening = (): Uint8Array => openingOf({ spec, rows, evidence: claim.evidence, result })
    const members = record.snapshot.members.map(({ member }) => member)
    return { claim, claimHash: hash, state, rows, members, parts, opening, files }
  }
}

function evidenceOf(spec: TaskSpec, document: string, record: RoundRecord, updates: ClaimInput['updates']): Evidence {
  if (documentHash(document) !== spec.document)
    throw new QuorateError('SPEC_MISMATCH', 'the task document is not the one that the specification names')
  const available = new Map<Hash, RowSource>()
  for (const root of availableRoots(record, spec)) {
    if (!root) continue
    const update = updates.get(root)
    if (!update)
      throw new QuorateError('BLOB_NOT_FOUND', `the update ${root} is available to members, but this node does not have it`, {
        details: { root },
      })
    available.set(root, update)
  }
  return { documents: roundDocuments(spec, document, record), updates: available }
}
