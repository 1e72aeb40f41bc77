import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { isQuorateError, QuorateError, systemClock } from '../src/core/index.ts'
import {
  CHUNK,
  decodeManifest,
  encodeSpec,
  fileHash,
  fromHex,
  MANIFEST_MAX_BYTES,
  paddedLength,
  parseDocument,
  RECORD_MAX_BYTES,
  toHex,
  updateFileName,
  updateRoot,
} from '../src/protocol/index.ts'
import type { Hash } from '../src/protocol/index.ts'
import { evidencePath, genesisPath, MANIFEST_FILE } from '../src/replay/index.ts'
import { makeFolder, writeFileAtomic } from '../src/storage/index.ts'
import { askOperators } from './ask-operators.ts'
import type { AskOperatorsNeeds } from './ask-operators.ts'

/** How often one file is asked for, and the pause before it is asked for again, ms. */
const TRIES = 30
const PAUSE_MS = 1000

export interface FetchEvidenceNeeds extends AskOperatorsNeeds {
  /** Folder that receives `<task>/<round>/…`. */
  folder: string
  /** What the claim of each round commits to. */
  rounds: readonly { round: bigint; evidence: Hash }[]
  /** Told of every round whose evidence is there. */
  onRound?: () => void
}

/**
 * Brings the evidence that a folder lacks from the operators of a member. Every file is held against the hash that the claim commits to before it is written, and the
 * manifest comes last: an interrupted command goes on where it stopped.
 *
 * @returns rounds that were fetched
 * @throws QuorateError BLOB_NOT_FOUND when no operator keeps a round any more, BLOB_MISMATCH, COORDINATOR_UNREACHABLE
 */
export async function fetchEvidence(needs: FetchEvidenceNeeds): Promise<number> {
  const { folder, task, rounds, onRound, signal } = needs
  const missing: { round: bigint; evidence: Hash }[] = []
  for (const one of rounds)
    if (await isThere(join(evidencePath(folder, task, one.round), MANIFEST_FILE))) onRound?.()
    else missing.push(one)
  const whole = await isThere(genesisPath(folder, task))
  if (missing.length === 0 && whole) return 0
  // What one operator had stays when the next is asked.
  const left = [...missing]
  await askOperators(needs, async (client, { spec, document }) => {
    const known = new Map([encodeSpec(spec), document].map((text) => [fileHash(utf8(text)), utf8(text)]))
    const get = async (hash: Hash, maxBytes: number, hashOf: (bytes: Uint8Array) => Hash | undefined): Promise<Uint8Array> => {
      const bytes = known.get(hash) ?? (await patiently(async () => client.getBlob(fromHex(hash), { signal, maxBytes }), signal))
      if (hashOf(bytes) !== hash) throw new QuorateError('BLOB_MISMATCH', `the operator served other bytes than ${hash}`)
      return bytes
    }
    await makeFolder(join(folder, String(task)))
    const genesis = genesisPath(folder, task)
    if (!(await isThere(genesis)))
      await writeFileAtomic(genesis, await get(parseDocument(document).genesis, 4 * paddedLength(spec), fileHash))
    for (let next = left[0]; next; next = left[0]) {
      const path = evidencePath(folder, task, next.round)
      await makeFolder(path)
      const manifest = await get(next.evidence, MANIFEST_MAX_BYTES, fileHash)
      for (const [name, hash] of Object.entries(decodeManifest(new TextDecoder().decode(manifest)))) {
        if (await isThere(join(path, name))) continue
        const isUpdate = name === updateFileName(hash)
        const maxBytes = isUpdate ? paddedLength(spec) : RECORD_MAX_BYTES
        await writeFileAtomic(join(path, name), await get(hash, maxBytes, isUpdate ? rootOf : fileHash))
      }
      await writeFileAtomic(join(path, MANIFEST_FILE), manifest)
      left.shift()
      onRound?.()
    }
  })
  return missing.length
}

/** The operator limits the calls of a session, and a member has one: where its node runs, both take turns. */
async function patiently<T>(call: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await call()
    } catch (error) {
      const passes = isQuorateError(error, 'RATE_LIMITED') || isQuorateError(error, 'SESSION_EXPIRED')
      if (!passes || tries === TRIES) throw error
      await systemClock.sleep(PAUSE_MS, signal)
    }
  }
}

/** Undefined for bytes that are not whole chunks: the root covers only those. */
function rootOf(bytes: Uint8Array): Hash | undefined {
  return bytes.length > 0 && bytes.length % CHUNK === 0 ? toHex(updateRoot(bytes)) : undefined
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
