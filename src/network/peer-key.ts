import { randomBytes } from 'node:crypto'
import { generateKeyPairFromSeed, publicKeyFromRaw } from '@libp2p/crypto/keys'
import type { PeerId, PrivateKey } from '@libp2p/interface'
import { peerIdFromPublicKey, peerIdFromString } from '@libp2p/peer-id'
import { QuorateError } from '../core/errors.ts'
import { fromHex, toHex } from '../protocol/bytes.ts'
import type { Hash } from '../protocol/types.ts'

/** The raw 32-byte ed25519 public key of a libp2p node, lower-case hex: the `bytes32` a member registers on chain. */
export type PeerKey = Hash

/** A fresh 32-byte ed25519 seed for a node's key file. */
export function generatePeerSeed(): Uint8Array {
  return new Uint8Array(randomBytes(32))
}

/**
 * The libp2p private key of a seed.
 *
 * @throws QuorateError KEY_INVALID unless the seed has 32 bytes
 */
export async function peerPrivateKey(seed: Uint8Array): Promise<PrivateKey> {
  if (seed.length !== 32) throw new QuorateError('KEY_INVALID', `a peer seed has 32 bytes, got ${seed.length}`)
  return generateKeyPairFromSeed('Ed25519', seed)
}

/** The peer key of a seed: register this on chain. */
export async function peerKeyFromSeed(seed: Uint8Array): Promise<PeerKey> {
  return toHex((await peerPrivateKey(seed)).publicKey.raw)
}

/** The libp2p name (`12D3Koo…`) of a peer key. */
export function peerIdFromPeerKey(peerKey: PeerKey): PeerId {
  return peerIdFromPublicKey(publicKeyFromRaw(fromHex(peerKey)))
}

/** The peer key of a libp2p name; undefined for keys that are not ed25519, which no member can register. */
export function peerKeyFromPeerId(peerId: PeerId | string): PeerKey | undefined {
  const id = typeof peerId === 'string' ? peerIdFromString(peerId) : peerId
  return id.type === 'Ed25519' ? toHex(id.publicKey.raw) : undefined
}
