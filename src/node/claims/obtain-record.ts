import { isQuorateError } from '../../core/index.ts'
import {
  decodeManifest,
  decodeRecord,
  encodeManifest,
  evidenceHash,
  fileHash,
  MANIFEST_MAX_BYTES,
  RECORD_MAX_BYTES,
  recordOf,
} from '../../protocol/index.ts'
import type { Hash, Manifest, RoundRecord, RoundState } from '../../protocol/index.ts'
import { MANIFEST_FILE, manifestOfRecord, RECORD_FILE } from '../../replay/index.ts'
import type { ReplayPorts } from '../ports.ts'
import { FalseEvidence, own } from './outcome.ts'
import { patiently } from './patience.ts'

type Needs = Pick<ReplayPorts, 'supply'> & { stores: Pick<ReplayPorts['stores'], 'documents'> }

/** The record behind a claim, with the manifest that names it. */
export interface Recorded {
  record: RoundRecord
  manifest: string
}

/**
 * The record that the evidence of a claim names.
 *
 * @throws FalseEvidence when the evidence is no manifest or names no record; OwnTrouble; what the supply throws
 */
export async function obtainRecord(needs: Needs, evidence: Hash, signal: AbortSignal): Promise<Recorded> {
  const manifest = text(await obtainDocument(needs, evidence, MANIFEST_MAX_BYTES, signal))
  const files: Manifest = parsed(`the evidence ${evidence} is not a valid ${MANIFEST_FILE}`, () => decodeManifest(manifest))
  const recordHash = files[RECORD_FILE]
  if (!recordHash) throw new FalseEvidence(`the evidence ${evidence} does not list ${RECORD_FILE}`)
  const bytes = await obtainDocument(needs, recordHash, RECORD_MAX_BYTES, signal)
  return { record: parsed(`${RECORD_FILE} of ${evidence} is false`, () => decodeRecord(text(bytes))), manifest }
}

/**
 * The record of a round as this node lived through it, if a claim commits to exactly this one: then nobody has to serve it, and its operator
 * may be down.
 */
export function recordSeen(
  { task: { domain, spec, document } }: Pick<ReplayPorts, 'task'>,
  evidence: Hash,
  seen: RoundState | undefined,
): Recorded | undefined {
  if (!seen?.seal || !seen.sealed) return undefined
  const record = recordOf(domain, seen)
  const files = manifestOfRecord(spec, document, record)
  return evidenceHash(files) === evidence ? { record, manifest: encodeManifest(files) } : undefined
}

/**
 * A document from the store, or from peers and then stored. One that was damaged on disk is fetched again.
 *
 * @param maxBytes more than the true document has
 * @throws OwnTrouble of the disk; what the supply throws, and BLOB_MISMATCH for other bytes
 */
export async function obtainDocument(
  { stores, supply }: Needs,
  hash: Hash,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const { documents } = stores
  const kept = await own(async () => soundIn(documents, hash))
  if (kept) return kept
  const bytes = await patiently(supply, maxBytes, signal, async (bounded) =>
    supply.fetchDocument(hash, { signal: bounded, maxBytes }),
  )
  if (fileHash(bytes) !== hash) throw new Error(`a peer sent bytes that do not hash to ${hash}`)
  await own(async () => documents.put(hash, bytes, { verify: false }))
  return bytes
}

async function soundIn(documents: Needs['stores']['documents'], hash: Hash): Promise<Uint8Array | undefined> {
  try {
    return await documents.get(hash)
  } catch (error) {
    if (isQuorateError(error, 'BLOB_NOT_FOUND')) return undefined
    if (!isQuorateError(error, 'BLOB_MISMATCH')) throw error
    await documents.delete(hash)
    return undefined
  }
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}

/** What bytes say that a claim commits to: whatever they do to the parser, the claim is false. */
function parsed<T>(what: string, parse: () => T): T {
  try {
    return parse()
  } catch (cause) {
    throw new FalseEvidence(`${what}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}
