import { QuorateError } from '../../core/errors.ts'
import { toHex } from '../../protocol/bytes.ts'
import { unpackHashes } from '../../protocol/hash.ts'
import { rootOfSegmentRoots } from '../../protocol/trees.ts'
import type { Hash } from '../../protocol/types.ts'
import type { PeerKey } from '../peer-key.ts'
import { updateRequest } from './blob-protocol.ts'
import type { FetchComponents } from './fetch-components.ts'

/**
 * Asks one peer for the segment roots of an update and checks them against its root.
 *
 * @throws QuorateError BLOB_MISMATCH (the peer is penalised) and what `BlobLinks.ask` throws
 */
export async function fetchRoots(
  { links, node }: FetchComponents,
  root: Hash,
  { segments, peer, signal }: { segments: number; peer: PeerKey; signal: AbortSignal },
): Promise<Uint8Array[]> {
  // One root more than there are shows an update of another length.
  const { bytes } = await links.ask(peer, updateRequest(root), { most: (segments + 1) * 32, signal })
  const roots = bytes.length === segments * 32 ? unpackHashes(bytes) : undefined
  if (roots && toHex(rootOfSegmentRoots(roots)) === root.toLowerCase()) return roots
  node.penalise(peer, 'badRoots')
  throw new QuorateError('BLOB_MISMATCH', `the segment roots from ${peer} do not lead to ${root}`, { details: { peer } })
}
