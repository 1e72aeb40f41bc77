import { PeerRecord, RecordEnvelope } from '@libp2p/peer-record'
import type { PrivateKey } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { QuorateError } from '../core/errors.ts'
import { networkLimits } from './limits.ts'
import { peerIdFromPeerKey, peerKeyFromPeerId } from './peer-key.ts'
import type { PeerKey } from './peer-key.ts'
import { judgePeerAddress } from './peer-address.ts'
import type { AddressFault } from './peer-address.ts'
import { toHex } from '../protocol/bytes.ts'

/** Why an address of a record is of no use; empty address: the record as a whole. */
export interface RefusedAddress {
  address: string
  reason: AddressFault | 'tooMany'
}

/** Where a peer says that its node listens. */
export interface OpenedRecord {
  peerKey: PeerKey
  /** Of two records of a peer the one with the higher number counts. */
  sequence: bigint
  /** Each ends in `/p2p/<peer id>` of the signer. */
  addresses: string[]
  refused: RefusedAddress[]
}

/**
 * The addresses of a node, signed by its peer key (libp2p signed peer record, RFC 0003 of the libp2p specifications): whoever passes
 * them on cannot change them, or speak for another node.
 *
 * @param sequence larger than that of every earlier record: milliseconds of the clock
 */
export async function sealPeerRecord(key: PrivateKey, addresses: readonly string[], sequence: bigint): Promise<Uint8Array> {
  const peerId = peerIdFromPeerKey(toHex(key.publicKey.raw))
  const multiaddrs = addresses.map((address) => multiaddr(address))
  return (await RecordEnvelope.seal(new PeerRecord({ peerId, multiaddrs, seqNumber: sequence }), key)).marshal()
}

/**
 * Reads a record. Its addresses are judged one by one.
 *
 * @throws QuorateError MESSAGE_TOO_LARGE, MESSAGE_MALFORMED, SIGNATURE_INVALID for a record that its peer did not sign
 */
export async function openPeerRecord(bytes: Uint8Array): Promise<OpenedRecord> {
  const { recordBytes, perNode } = networkLimits.addresses
  if (bytes.length > recordBytes)
    throw new QuorateError('MESSAGE_TOO_LARGE', `the peer record has ${bytes.length} bytes, and the limit is ${recordBytes}`)
  const { envelope, record } = decode(bytes)
  const peerKey = envelope.publicKey.type === 'Ed25519' ? toHex(envelope.publicKey.raw) : undefined
  // Before the signature: an RSA key is costly to check, and no member can have one.
  if (!peerKey || peerKeyFromPeerId(record.peerId) !== peerKey)
    throw new QuorateError('SIGNATURE_INVALID', `the record of peer ${record.peerId.toString()} is signed by another key`)
  // A signature of a wrong length makes the check throw.
  if (!(await envelope.validate(PeerRecord.DOMAIN).catch(() => false)))
    throw new QuorateError('SIGNATURE_INVALID', `the record of peer ${peerKey} has a wrong signature`)
  const addresses = new Set<string>()
  const refused: RefusedAddress[] = []
  const peerId = record.peerId.toString()
  for (const [index, announced] of record.multiaddrs.entries()) {
    const address = announced.toString()
    const judged = index < perNode ? judgePeerAddress(address, peerId) : ({ fault: 'tooMany' } as const)
    if ('address' in judged) addresses.add(judged.address)
    else refused.push({ address, reason: judged.fault })
  }
  return { peerKey, sequence: record.seqNumber, addresses: [...addresses], refused }
}

function decode(bytes: Uint8Array): { envelope: RecordEnvelope; record: PeerRecord } {
  try {
    const envelope = RecordEnvelope.createFromProtobuf(bytes)
    return { envelope, record: PeerRecord.createFromProtobuf(envelope.payload) }
  } catch (cause) {
    throw new QuorateError('MESSAGE_MALFORMED', 'the peer record does not decode', { cause })
  }
}
