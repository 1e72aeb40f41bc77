import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { QuorateError } from '../core/index.ts'
import { encodeManifest, fileHash, toHex, keccak, updateFileName } from '../protocol/index.ts'
import type { Hash, Manifest } from '../protocol/index.ts'
import { writeFileAtomic } from '../storage/index.ts'

/** The files of one round by name, without the manifest. Update files are `<root>.q8`. */
export type EvidenceFiles = ReadonlyMap<string, Uint8Array>

export const RECORD_FILE = 'record.json'
export const SPEC_FILE = 'spec.json'
export const DOCUMENT_FILE = 'document.json'
export const MANIFEST_FILE = 'manifest.json'
/** The opening of the claim, beside the evidence: the manifest does not name it, the claim itself proves it. */
export const OPENING_FILE = 'opening.bin'

/** Names and hashes of the files, as the claim's `evidence` commits to them. */
export function manifestOf(files: EvidenceFiles): Manifest {
  return Object.fromEntries([...files].map(([name, bytes]) => [name, fileHash(bytes)]))
}

/** `<root>/<task>/<round>`: one layout for nodes, audits and archives. */
export function evidencePath(root: string, task: bigint, round: bigint): string {
  return join(root, task.toString(), round.toString())
}

/** Writes the evidence of a round; the manifest last, so a folder with a manifest is whole. */
export async function writeEvidence(root: string, task: bigint, round: bigint, files: EvidenceFiles): Promise<void> {
  const folder = evidencePath(root, task, round)
  await mkdir(folder, { recursive: true })
  for (const [name, bytes] of files) await writeFileAtomic(join(folder, name), bytes)
  await writeFileAtomic(join(folder, MANIFEST_FILE), new TextEncoder().encode(encodeManifest(manifestOf(files))))
}

/**
 * Reads the evidence of a round and checks every byte of it against the hash on chain.
 *
 * @param evidence the claim's `evidence`
 * @throws QuorateError EVIDENCE_MISSING or AUDIT_MISMATCH; message and details name the round and the file
 */
export async function readEvidence(root: string, task: bigint, round: bigint, evidence: Hash): Promise<EvidenceFiles> {
  const folder = evidencePath(root, task, round)
  const read = async (name: string): Promise<Uint8Array> => {
    try {
      return new Uint8Array(await readFile(join(folder, name)))
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
  const manifest = JSON.parse(new TextDecoder().decode(manifestBytes)) as { files: Manifest }
  const files = new Map<string, Uint8Array>()
  for (const [name, hash] of Object.entries(manifest.files)) {
    const bytes = await read(name)
    if (fileHash(bytes) !== hash) throw mismatch(name, 'has been changed')
    files.set(name, bytes)
  }
  return files
}

/** The opening that lies beside the evidence of a round, if one does; nothing vouches for its bytes yet. */
export async function readOpening(root: string, task: bigint, round: bigint): Promise<Uint8Array | undefined> {
  try {
    return new Uint8Array(await readFile(join(evidencePath(root, task, round), OPENING_FILE)))
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new QuorateError('EVIDENCE_MISSING', `round ${round}: ${OPENING_FILE} cannot be read`, {
      details: { round: round.toString(), file: OPENING_FILE },
      cause,
    })
  }
}

/** The update of that root, if the evidence holds it. */
export function updateOf(files: EvidenceFiles, root: Hash): Int8Array | undefined {
  const bytes = files.get(updateFileName(root))
  return bytes && new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
