import { create } from '@bufbuild/protobuf'
import { QuorateError } from '../../core/errors.ts'
import { fromHex, toHex } from '../../protocol/bytes.ts'
import { UpdateRequestSchema } from '../../protocol/gen/quorate/v1/messages_pb.ts'
import { rootOfSegmentRoots } from '../../protocol/trees.ts'
import type { Hash } from '../../protocol/types.ts'
import type { PeerKey } from '../peer-key.ts'
import { requestBlob } from './blob-request.ts'
import type { BlobRequestComponents } from './blob-request.ts'

/** Bytes of a root, and of a whole frame, beyond the 32 and the payload. */
const OVERHEAD = 32

/**
 * Asks one peer for the segment roots of an update and checks them against its root.
 *
 * @throws QuorateError BLOB_MISMATCH (the peer is penalised) and what `requestBlob` throws
 */
export async function fetchRoots(
  components: BlobRequestComponents,
  root: Hash,
  { segments, peer, signal }: { segments: number; peer: PeerKey; signal: AbortSignal },
): Promise<Uint8Array[]> {
  const what = { case: 'update' as const, value: create(UpdateRequestSchema, { root: fromHex(root) }) }
  const roots: Uint8Array[] = []
  const wrong = (): QuorateError => {
    components.node.penalise(peer, 'badRoots')
    return new QuorateError('BLOB_MISMATCH', `the segment roots from ${peer} do not lead to ${root}`, { details: { peer } })
  }
  for await (const part of requestBlob(components, { peer, what, maxBytes: (segments + 1) * (32 + OVERHEAD), signal })) {
    if (part.case !== 'roots') throw wrong()
    roots.push(...part.value.roots)
    if (roots.length > segments) throw wrong()
  }
  const whole = roots.length === segments && roots.every((hash) => hash.length === 32)
  if (!whole || toHex(rootOfSegmentRoots(roots)) !== root.toLowerCase()) throw wrong()
  return roots
}
