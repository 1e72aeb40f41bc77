import { join } from 'node:path'
import { QuorateError, isQuorateError } from '../core/index.ts'
import type { ErrorCode } from '../core/index.ts'
import { linkFile } from '../storage/index.ts'
import { availableRoots, checkRecord, decodeRecord, encodeManifest, fileHash } from '../protocol/index.ts'
import type { Address, Claim, Hash, Manifest, RoundRecord } from '../protocol/index.ts'
import { MANIFEST_FILE, OPENING_FILE, RECORD_FILE, evidencePath, manifestOf, writeEvidence } from '../replay/index.ts'
import type { ComputedClaim, ModelState } from '../replay/index.ts'
import { obtainUpdate } from './fetch-update.ts'
import type { RoundContext } from './round-context.ts'
import type { EffectHandler } from './round-runner.ts'

/** What it looks like when an operator serves nothing; also when a peer is slow. */
export const UNAVAILABLE: readonly ErrorCode[] = [
  'BLOB_NOT_FOUND',
  'BLOB_MISMATCH',
  'PEER_UNREACHABLE',
  'COORDINATOR_UNREACHABLE',
]

/**
 * Replays a posted claim from its evidence and keeps the resulting state.
 *
 * @throws QuorateError CLAIM_MISMATCH when the replay gives another claim, BLOB_NOT_FOUND when the evidence cannot be had
 */
export async function replayClaim(
  context: RoundContext,
  round: bigint,
  posted: { claimHash: Hash; claim: Claim; operator: Address },
  base: ModelState,
  signal: AbortSignal,
): Promise<ComputedClaim> {
  const { record, manifest } = await obtainRecord(context, posted.claim.evidence, signal)
  const faults = await checkRecord(record, await context.factsOf(round, base.claimHash))
  if (faults.length > 0) {
    throw new QuorateError('CLAIM_MISMATCH', `the record of round ${round} is false: ${faults[0]}`, {
      details: { round: round.toString(), faults },
    })
  }
  const computed = await computeFromRecord(context, record, base, signal)
  if (computed.claimHash !== posted.claimHash) {
    const fields = (Object.keys(computed.claim) as (keyof Claim)[]).filter(
      (field) => computed.claim[field] !== posted.claim[field],
    )
    throw new QuorateError('CLAIM_MISMATCH', `the claim of round ${round} differs from its replay in ${fields.join(', ')}`, {
      details: {
        round: round.toString(),
        fields,
        posted: posted.claimHash,
        replayed: computed.claimHash,
        manifest: manifest.length,
      },
    })
  }
  await keep(context, round, computed)
  context.watch?.replayed({ round, ...posted }, computed)
  return computed
}

/** Fetches the available updates of a record and computes its claim. */
export async function computeFromRecord(
  context: RoundContext,
  record: RoundRecord,
  base: ModelState,
  signal: AbortSignal,
): Promise<ComputedClaim> {
  const { task, spec, document, leaves } = context
  const roots = availableRoots(record, spec.quorumBps).filter((root): root is Hash => root !== undefined)
  const updates = new Map<Hash, { file: string }>()
  await Promise.all([...new Set(roots)].map(async (root) => updates.set(root, await obtainUpdate(context, root, signal))))
  return context.claims({ task, spec, document, base, record, updates, leaves }, signal)
}

/** Stores what a claim made: evidence and opening first, and the state last, because it is what the next round waits for. */
export async function keep(context: RoundContext, round: bigint, computed: ComputedClaim): Promise<void> {
  await keepEvidence(context, round, computed)
  await context.states.save(computed.state)
}

/** Stores the evidence and the opening of a claim, for audits, peers and disputes. */
export async function keepEvidence(context: RoundContext, round: bigint, computed: ComputedClaim): Promise<void> {
  const { documents, evidenceFolder, openings, task } = context
  for (const bytes of computed.files.documents.values()) await documents.add(bytes)
  await documents.add(new TextEncoder().encode(encodeManifest(manifestOf(computed.files))))
  await writeEvidence(evidenceFolder, task, round, computed.files, (hash) => documents.file(hash))
  const opening = await openings.keep(computed.claimHash, computed.opening())
  await linkFile(documents.file(opening), join(evidencePath(evidenceFolder, task, round), OPENING_FILE))
}

export async function obtainRecord(
  context: Pick<RoundContext, 'documents' | 'peers'>,
  evidence: Hash,
  signal: AbortSignal,
): Promise<{ record: RoundRecord; manifest: string }> {
  const manifest = new TextDecoder().decode(await obtainDocument(context, evidence, signal))
  let files: Manifest
  try {
    files = (JSON.parse(manifest) as { files: Manifest }).files
  } catch (cause) {
    throw new QuorateError('CLAIM_MISMATCH', `the evidence ${evidence} is no ${MANIFEST_FILE}`, { cause })
  }
  const recordHash = files[RECORD_FILE]
  if (!recordHash) throw new QuorateError('CLAIM_MISMATCH', `the evidence ${evidence} names no ${RECORD_FILE}`)
  try {
    return { record: decodeRecord(new TextDecoder().decode(await obtainDocument(context, recordHash, signal))), manifest }
  } catch (error) {
    if (isQuorateError(error, 'MESSAGE_MALFORMED')) throw new QuorateError('CLAIM_MISMATCH', error.message, { cause: error })
    throw error
  }
}

export async function obtainDocument(
  context: Pick<RoundContext, 'documents' | 'peers'>,
  hash: Hash,
  signal: AbortSignal,
): Promise<Uint8Array> {
  if (await context.documents.has(hash)) return context.documents.get(hash)
  const bytes = await context.peers.fetchDocument(hash, signal)
  if (fileHash(bytes) !== hash) throw new QuorateError('BLOB_MISMATCH', `a peer sent other bytes than ${hash}`)
  await context.documents.put(hash, bytes, { verify: false })
  return bytes
}

/** Performs `replay`: every node recomputes every claim; only a match leads to an agreement. */
export function replayHandler(
  context: RoundContext,
  onComputed?: (round: bigint, computed: ComputedClaim) => void,
): EffectHandler<'replay'> {
  return async ({ claimHash }, state, signal) => {
    const posted = state.posted
    if (posted?.claimHash !== claimHash) return []
    const { round } = state.plan
    const base = await context.states.waitFor(state.plan.base, signal)
    try {
      const computed = await replayClaim(context, round, posted, base, signal)
      context.logger.info({ round, claimHash, modelRoot: computed.claim.modelRoot }, 'claim replayed: it matches')
      onComputed?.(round, computed)
      return [{ type: 'replayed', claimHash, match: true }]
    } catch (error) {
      if (isQuorateError(error) && UNAVAILABLE.includes(error.code)) context.watch?.unavailable({ round, ...posted })
      if (!isQuorateError(error, 'CLAIM_MISMATCH')) throw error
      context.logger.error({ round, claimHash, code: error.code, ...error.details }, error.message)
      context.metrics.count('claims_mismatched_total')
      context.watch?.mismatched({ round, ...posted })
      return [{ type: 'replayed', claimHash, match: false }]
    }
  }
}
