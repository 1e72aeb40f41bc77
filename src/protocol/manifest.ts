import { z } from 'zod'
import { QuorateError } from '../core/errors.ts'
import { canonicalJson } from './canonical-json.ts'
import { toHex } from './bytes.ts'
import { keccak } from './hash.ts'
import type { Hash } from './types.ts'

/** File name → keccak256 of its bytes, or for an update its root, docs/protocol.md §11. */
export type Manifest = Record<string, Hash>

export function updateFileName(root: Hash): string {
  return `${root}.q8`
}

/** The bytes of `manifest.json`; their keccak256 is the claim's `evidence`. */
export function encodeManifest(files: Manifest): string {
  return canonicalJson({ files })
}

/** No true manifest is longer: three documents and 128 updates have 19 KiB. */
export const MANIFEST_MAX_BYTES = 64 * 1024

/** A plain file name: it names nothing outside the folder that it is read from, on any system. */
const fileName = z.string().regex(/^(?!\.{1,2}$)[A-Za-z0-9._-]{1,255}$/)
const fileHashText = z
  .string()
  .regex(/^0x[0-9a-f]{64}$/)
  .transform((text) => text as Hash)
const manifestSchema = z.strictObject({ files: z.record(fileName, fileHashText) })

/**
 * Parses `manifest.json`. The names may become paths and the hashes are asked of peers, so both are checked; the text must be canonical, so that one manifest has
 * one hash.
 *
 * @throws QuorateError MESSAGE_MALFORMED naming the first wrong field
 */
export function decodeManifest(text: string): Manifest {
  if (text.length > MANIFEST_MAX_BYTES)
    throw new QuorateError('MESSAGE_MALFORMED', `the manifest is longer than ${MANIFEST_MAX_BYTES} bytes`)
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw new QuorateError('MESSAGE_MALFORMED', 'the manifest is not JSON', { cause })
  }
  const parsed = manifestSchema.safeParse(json)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw new QuorateError('MESSAGE_MALFORMED', `the manifest is wrong at ${issue?.path.join('.')}: ${issue?.message}`)
  }
  const { files } = parsed.data
  if (encodeManifest(files) !== text) throw new QuorateError('MESSAGE_MALFORMED', 'the manifest is not in canonical form')
  return files
}

export function evidenceHash(files: Manifest): Hash {
  return toHex(keccak(new TextEncoder().encode(encodeManifest(files))))
}

export function fileHash(bytes: Uint8Array): Hash {
  return toHex(keccak(bytes))
}
