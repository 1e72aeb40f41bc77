import { isQuorateError, QuorateError } from '../../core/index.ts'
import type { ErrorCode } from '../../core/index.ts'
import { decodeManifest, decodeRecord, fileHash } from '../../protocol/index.ts'
import type { Hash, Manifest, RoundRecord } from '../../protocol/index.ts'
import { MANIFEST_FILE, RECORD_FILE } from '../../replay/index.ts'
import type { ReplayPorts } from '../ports.ts'

/** What it looks like when an operator serves nothing; also when a peer is slow. */
export const UNAVAILABLE: readonly ErrorCode[] = [
  'BLOB_NOT_FOUND',
  'BLOB_MISMATCH',
  'PEER_UNREACHABLE',
  'COORDINATOR_UNREACHABLE',
]

type Needs = Pick<ReplayPorts, 'supply'> & { stores: Pick<ReplayPorts['stores'], 'documents'> }

/**
 * The record that the evidence of a claim names.
 *
 * @throws QuorateError CLAIM_MISMATCH when the evidence is no manifest or names no record, BLOB_NOT_FOUND, CANCELLED
 */
export async function obtainRecord(
  needs: Needs,
  evidence: Hash,
  signal: AbortSignal,
): Promise<{ record: RoundRecord; manifest: string }> {
  const manifest = new TextDecoder().decode(await obtainDocument(needs, evidence, signal))
  const recordHash = filesOf(manifest, evidence)[RECORD_FILE]
  if (!recordHash) throw new QuorateError('CLAIM_MISMATCH', `the evidence ${evidence} does not list ${RECORD_FILE}`)
  try {
    return { record: decodeRecord(new TextDecoder().decode(await obtainDocument(needs, recordHash, signal))), manifest }
  } catch (error) {
    if (isQuorateError(error, 'MESSAGE_MALFORMED')) throw new QuorateError('CLAIM_MISMATCH', error.message, { cause: error })
    throw error
  }
}

/** A document from the store, or from peers and then stored. @throws QuorateError BLOB_NOT_FOUND, BLOB_MISMATCH, CANCELLED */
export async function obtainDocument({ stores, supply }: Needs, hash: Hash, signal: AbortSignal): Promise<Uint8Array> {
  const { documents } = stores
  const kept = await documents.get(hash).catch((error: unknown) => {
    if (!isQuorateError(error, 'BLOB_NOT_FOUND')) throw error
    return undefined
  })
  if (kept) return kept
  const bytes = await supply.fetchDocument(hash, signal)
  if (fileHash(bytes) !== hash) throw new QuorateError('BLOB_MISMATCH', `a peer sent bytes that do not hash to ${hash}`)
  await documents.put(hash, bytes, { verify: false })
  return bytes
}

function filesOf(manifest: string, evidence: Hash): Manifest {
  try {
    return decodeManifest(manifest)
  } catch (cause) {
    if (!isQuorateError(cause, 'MESSAGE_MALFORMED')) throw cause
    throw new QuorateError('CLAIM_MISMATCH', `the evidence ${evidence} is not a valid ${MANIFEST_FILE}: ${cause.message}`, {
      cause,
    })
  }
}
