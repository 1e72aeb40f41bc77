import { toBinary, create } from '@bufbuild/protobuf'
import { multiaddr } from '@multiformats/multiaddr'
import { FramedStream } from '../../../src/network/framed-stream.ts'
import { decodeHead, documentRequest, encodeHead, parseRequest, updateRequest } from '../../../src/network/blob/blob-protocol.ts'
import { decodeGossip, encodeGossip } from '../../../src/network/gossip/decode-gossip.ts'
import { networkLimits } from '../../../src/network/limits.ts'
import { judgePeerAddress } from '../../../src/network/peer-address.ts'
import { peerPrivateKey } from '../../../src/network/peer-key.ts'
import { openPeerRecord, sealPeerRecord } from '../../../src/network/peer-record.ts'
import { decodeSyncRequest } from '../../../src/network/sync/round-sync.ts'
import { SyncRequestSchema } from '../../../src/protocol/gen/quorate/v1/messages_pb.ts'
import { toHex } from '../../../src/protocol/index.ts'
import { accepted, sameBytes, sameText, toBytes, toText } from '../target.ts'
import type { FuzzTarget } from '../target.ts'
import { HASH, MESSAGES } from './samples.ts'

const PEER = '12D3KooWHpEeFJtci6uVYwgro4hkmGLhk1QnyTMYRnwHSTFiYvaN'

const gossip: FuzzTarget = {
  name: 'gossip',
  shape: 'bytes',
  seeds: Object.values(MESSAGES).map((message) => encodeGossip(message)),
  check(input) {
    const message = accepted(() => decodeGossip(input))
    if (message) sameBytes(input, encodeGossip(message))
  },
}

const syncRequest: FuzzTarget = {
  name: 'sync-request',
  shape: 'bytes',
  seeds: [toBinary(SyncRequestSchema, create(SyncRequestSchema, { task: 1n, round: 300n }))],
  check(input) {
    const request = accepted(() => decodeSyncRequest(input))
    if (request) toBinary(SyncRequestSchema, request)
  },
}

const blobRequest: FuzzTarget = {
  name: 'blob-request',
  shape: 'bytes',
  seeds: [updateRequest(HASH), updateRequest(HASH, [0, 1, 300]), documentRequest(HASH, 1 << 20, 4096)],
  check(input) {
    const what = parseRequest(input)
    if (!what) return
    if (what.case === 'update') {
      const { root, segments } = what.value
      if (root.length !== 32 || segments.length > networkLimits.blob.batch) throw new Error('more than an update request may ask')
      const again = parseRequest(updateRequest(toHex(root), segments))
      sameText(JSON.stringify(again?.case === 'update' && again.value.segments), JSON.stringify(segments))
    } else if (!Number.isSafeInteger(Number(what.value.offset)) || what.value.length > networkLimits.blob.documentRange)
      throw new Error('more than a document request may ask')
  },
}

const blobHead: FuzzTarget = {
  name: 'blob-head',
  shape: 'bytes',
  seeds: [encodeHead({ length: 1 << 19, size: 1n << 33n }), encodeHead({ error: 1 })],
  check(input) {
    const head = accepted(() => decodeHead(input))
    if (head) sameText(String(head.length), String(decodeHead(encodeHead(head)).length))
  },
}

const KEY = await peerPrivateKey(new Uint8Array(32).fill(7))
const ADDRESSES = ['/ip4/203.0.113.7/tcp/4001', '/dns4/node.example/tcp/4001', '/ip4/0.0.0.0/udp/1']

const peerRecord: FuzzTarget = {
  name: 'peer-record',
  shape: 'bytes',
  seeds: [await sealPeerRecord(KEY, ADDRESSES, 5n), await sealPeerRecord(KEY, [], 0n)],
  async check(input) {
    let opened
    try {
      opened = await openPeerRecord(input)
    } catch (error) {
      accepted(() => {
        throw error
      })
      return
    }
    if (opened.peerKey !== toHex(KEY.publicKey.raw)) throw new Error('a record of somebody else')
    const [first, second] = ADDRESSES
    for (const address of opened.addresses)
      if (!address.startsWith(first!) && !address.startsWith(second!)) throw new Error('an address that the peer did not sign')
  },
}

/** A stream from which a peer's bytes come in pieces. */
class PieceStream extends EventTarget {
  readableEnded = false
  writeStatus = 'writable'
  abort(): void {}
  deliver(data: Uint8Array): void {
    this.dispatchEvent(Object.assign(new Event('message'), { data }))
  }
  finish(): void {
    this.readableEnded = true
    this.dispatchEvent(new Event('end'))
  }
}

const frames: FuzzTarget = {
  name: 'frames',
  shape: 'bytes',
  seeds: [Uint8Array.of(3, 1, 2, 3, 0, 1, 9), Uint8Array.of(0x80, 0x01, ...new Uint8Array(128)), Uint8Array.of(0xff, 0xff, 0x03)],
  async check(input) {
    const stream = new PieceStream()
    using framed = new FramedStream(stream as never, { maxBytes: 1 << 16, idleMs: 60_000, signal: new AbortController().signal })
    const cut = input.length >> 1
    stream.deliver(input.subarray(0, cut))
    stream.deliver(input.subarray(cut))
    stream.finish()
    let taken = 0
    try {
      for (let frame = await framed.read(); frame; frame = await framed.read()) {
        taken += frame.length
        if (frame.length > networkLimits.frameBytes) throw new Error('a frame larger than the limit')
      }
    } catch (error) {
      accepted(() => {
        throw error
      })
    }
    if (taken > input.length) throw new Error('more bytes than came')
  },
}

const peerAddress: FuzzTarget = {
  name: 'peer-address',
  shape: 'text',
  seeds: [
    '/ip4/203.0.113.7/tcp/4001',
    `/dns4/node.example/tcp/4001/p2p/${PEER}`,
    '/ip6/2001:db8::1/tcp/1',
    '/ip4/1.2.3.4/udp/1/quic-v1',
    `/ip4/1.2.3.4/tcp/1/p2p/${PEER}/p2p-circuit`,
    '/unix/%2ftmp',
    '/dns6/a.b/tcp/443/tls/ws',
  ].map(toBytes),
  check(input) {
    const judged = judgePeerAddress(toText(input), PEER)
    if (!('address' in judged)) return
    if (judged.peerId !== PEER) throw new Error('an address of somebody else')
    sameText(multiaddr(judged.address).toString(), judged.address)
    const again = judgePeerAddress(judged.address)
    if (!('address' in again) || again.address !== judged.address)
      throw new Error('an address that is refused when it is passed on')
  },
}

export const NETWORK: readonly FuzzTarget[] = [gossip, syncRequest, blobRequest, blobHead, frames, peerRecord, peerAddress]
