import { join } from 'node:path'
import { isQuorateError, QuorateError } from '../core/index.ts'
import type { RowSource } from '../engine/index.ts'
import {
  availableRoots,
  CHUNK,
  decodeManifest,
  encodeManifest,
  encodeRecord,
  encodeSpec,
  fileHash,
  genesisFromBytes,
  keccak,
  MANIFEST_MAX_BYTES,
  toHex,
  updateFileName,
  updateRoot,
} from '../protocol/index.ts'
import type { Hash, Manifest, RoundRecord, TaskSpec } from '../protocol/index.ts'
import { linkFile, makeFolder, writeFileAtomic } from '../storage/index.ts'
import { readPlainFile } from './read-plain-file.ts'

/** What a claim commits to besides itself: the files of its round, without the manifest. */
export interface Evidence {
  /** Text files by name. */
  documents: ReadonlyMap<string, Uint8Array>
  /** Available updates by root, in files or in memory; as files they are named `<root>.q8`. */
  updates: ReadonlyMap<Hash, RowSource>
}

export const RECORD_FILE = 'record.json'
export const SPEC_FILE = 'spec.json'
export const DOCUMENT_FILE = 'document.json'
export const MANIFEST_FILE = 'manifest.json'
/** The opening of the claim, beside the evidence: the manifest does not name it, the claim itself proves it. */
export const OPENING_FILE = 'opening.bin'
/** The genesis model, once for a task, beside its rounds: the specification names its root. */
export const GENESIS_FILE = 'genesis.i32'

/** The text files of a round, by name. */
export function roundDocuments(spec: TaskSpec, document: string, record: RoundRecord): Map<string, Uint8Array> {
  const text = (value: string): Uint8Array => new TextEncoder().encode(value)
  return new Map([
    [RECORD_FILE, text(encodeRecord(record))],
    [SPEC_FILE, text(encodeSpec(spec))],
    [DOCUMENT_FILE, text(document)],
  ])
}

/** The manifest of the round that a record tells of: it depends on the record and the task alone, not on the result. */
export function manifestOfRecord(spec: TaskSpec, document: string, record: RoundRecord): Manifest {
  const roots = availableRoots(record, spec).filter((root): root is Hash => root !== undefined)
  return manifestOf({ documents: roundDocuments(spec, document, record), updates: new Map(roots.map((root) => [root, root])) })
}

/** Names and hashes of the files, as the claim's `evidence` commits to them. */
export function manifestOf({
  documents,
  updates,
}: Pick<Evidence, 'documents'> & { updates: ReadonlyMap<Hash, unknown> }): Manifest {
  return Object.fromEntries([
    ...[...documents].map(([name, bytes]) => [name, fileHash(bytes)]),
    // A root says which bytes as well as their hash would, and is known.
    ...[...updates.keys()].map((root) => [updateFileName(root), root]),
  ])
}

/** `<root>/<task>/<round>`: one layout for nodes, audits and archives. */
export function evidencePath(root: string, task: bigint, round: bigint): string {
  return join(root, task.toString(), round.toString())
}

/** `<root>/<task>/genesis.i32`. */
export function genesisPath(root: string, task: bigint): string {
  return join(root, task.toString(), GENESIS_FILE)
}

/** Where the node keeps the bytes of a document, if it does: then the evidence links to them. */
export type FileOf = (hash: Hash) => string | undefined

/**
 * Writes the evidence of a round; the manifest last, so that a folder with a manifest is whole. Updates in files, and documents that the node keeps,
 * are hard links: their bytes are on disk once.
 */
export async function writeEvidence(
  root: string,
  task: bigint,
  round: bigint,
  evidence: Evidence,
  fileOf: FileOf = () => undefined,
): Promise<void> {
  const folder = evidencePath(root, task, round)
  await makeFolder(folder)
  const place = async (name: string, bytes: Uint8Array): Promise<void> => {
    const kept = fileOf(fileHash(bytes))
    await (kept === undefined ? writeFileAtomic(join(folder, name), bytes) : linkFile(kept, join(folder, name)))
  }
  for (const [name, bytes] of evidence.documents) await place(name, bytes)
  for (const [update, row] of evidence.updates) {
    const path = join(folder, updateFileName(update))
    if (row instanceof Int8Array) await writeFileAtomic(path, new Uint8Array(row.buffer, row.byteOffset, row.byteLength))
    else await linkFile(row.file, path)
  }
  await place(MANIFEST_FILE, new TextEncoder().encode(encodeManifest(manifestOf(evidence))))
}

/** Evidence as it was read: every update is in memory. */
export interface ReadEvidence extends Evidence {
  updates: ReadonlyMap<Hash, Int8Array>
}

/**
 * Reads the evidence of a round and checks every byte of it against the hash on chain.
 *
 * @param evidence the claim's `evidence`
 * @throws QuorateError EVIDENCE_MISSING or AUDIT_MISMATCH; message and details name the round and the file
 */
export async function readEvidence(root: string, task: bigint, round: bigint, evidence: Hash): Promise<ReadEvidence> {
  const folder = evidencePath(root, task, round)
  const read = async (name: string): Promise<Uint8Array> => {
    try {
      return await readPlainFile(join(folder, name))
    } catch (cause) {
      throw new QuorateError('EVIDENCE_MISSING', `round ${round}: ${join(folder, name)} cannot be read`, {
        details: { round: round.toString(), file: name },
        cause,
      })
    }
  }
  const mismatch = (file: string, what: string): QuorateError =>
    new QuorateError('AUDIT_MISMATCH', `round ${round}: ${join(folder, file)} ${what}`, {
      details: { round: round.toString(), file },
    })
  const manifestBytes = await read(MANIFEST_FILE)
  if (toHex(keccak(manifestBytes)) !== evidence) throw mismatch(MANIFEST_FILE, 'is not the manifest that the claim commits to')
  const files = filesOf(manifestBytes, (what) => mismatch(MANIFEST_FILE, what))
  const documents = new Map<string, Uint8Array>()
  const updates = new Map<Hash, Int8Array>()
  for (const [name, hash] of Object.entries(files)) {
    const bytes = await read(name)
    const isUpdate = name === updateFileName(hash)
    if ((isUpdate ? rootOf(bytes) : fileHash(bytes)) !== hash) throw mismatch(name, 'has been changed')
    if (isUpdate) updates.set(hash, new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength))
    else documents.set(name, bytes)
  }
  return { documents, updates }
}

/** The files that a manifest names. The claim commits to its bytes, but nobody vouches for their shape: an operator may have posted anything. */
function filesOf(manifest: Uint8Array, mismatch: (what: string) => QuorateError): Manifest {
  if (manifest.length > MANIFEST_MAX_BYTES) throw mismatch(`is longer than ${MANIFEST_MAX_BYTES} bytes`)
  try {
    return decodeManifest(new TextDecoder().decode(manifest))
  } catch (error) {
    throw mismatch(`cannot be read: ${(error as Error).message}`)
  }
}

/** Undefined for bytes that are not whole chunks: the root covers only those. */
function rootOf(bytes: Uint8Array): Hash | undefined {
  return bytes.length > 0 && bytes.length % CHUNK === 0 ? toHex(updateRoot(bytes)) : undefined
}

/**
 * Reads the genesis model of a task and checks it against the specification.
 *
 * @returns int32[D]
 * @throws QuorateError EVIDENCE_MISSING, AUDIT_MISMATCH
 */
export async function readGenesis(
  root: string,
  task: bigint,
  spec: Pick<TaskSpec, 'tensors' | 'genesisModelRoot'>,
): Promise<Int32Array> {
  const path = genesisPath(root, task)
  const bytes = await readPlainFile(path).catch((cause: unknown) => {
    throw new QuorateError('EVIDENCE_MISSING', `${path} cannot be read: copy the file from the evidence folder of another node`, {
      details: { file: GENESIS_FILE },
      cause,
    })
  })
  try {
    return genesisFromBytes(spec, bytes)
  } catch (cause) {
    if (!isQuorateError(cause)) throw cause
    throw new QuorateError('AUDIT_MISMATCH', `${path}: ${cause.message}`, { details: { file: GENESIS_FILE }, cause })
  }
}

/** The opening that lies beside the evidence of a round, if one does; nothing vouches for its bytes yet. */
export async function readOpening(root: string, task: bigint, round: bigint): Promise<Uint8Array | undefined> {
  try {
    return await readPlainFile(join(evidencePath(root, task, round), OPENING_FILE))
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new QuorateError('EVIDENCE_MISSING', `round ${round}: ${OPENING_FILE} cannot be read`, {
      details: { round: round.toString(), file: OPENING_FILE },
      cause,
    })
  }
}
