import type { Stream } from '@libp2p/interface'
import { encode } from 'it-length-prefixed'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { networkLimits } from '../../../src/network/index.ts'
import { BLOB_PROTOCOL, decodeHead, documentRequest, encodeHead, updateRequest } from '../../../src/network/blob/blob-protocol.ts'
import { FramedStream } from '../../../src/network/framed-stream.ts'
import { BlobError } from '../../../src/protocol/gen/quorate/v1/messages_pb.ts'
import { chunkHashes, keccak, toHex } from '../../../src/protocol/index.ts'
import type { Hash } from '../../../src/protocol/index.ts'
import { Cluster } from './support.ts'
import type { TestPeer } from './support.ts'
import { until } from './until.ts'
import { LONG } from '../../support/long.ts'

/** Segments of a large update: more than one request names. */
const LARGE = 2 * networkLimits.blob.batch + 22
/** Segments of a small update: the MLP of the demo has as many. */
const SMALL = 13

/** Bytes that differ in every chunk, without randomness. */
function pattern(length: number, seed: number): Uint8Array {
  let state = seed
  return Uint8Array.from({ length }, () => (state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) >>> 24)
}

const keys = (peers: TestPeer[]): Hash[] => peers.map(({ node }) => node.peerKey)

describe('blob exchange', () => {
  let cluster: Cluster
  let taker: TestPeer
  let holders: TestPeer[]
  const large = pattern(LARGE * 8192, 1)
  const small = pattern(SMALL * 8192, 2)
  let signal: AbortSignal

  beforeEach(async () => {
    signal = AbortSignal.timeout(50_000)
    cluster = await Cluster.start(4)
    ;[taker, ...holders] = cluster.peers as [TestPeer, ...TestPeer[]]
  })
  afterEach(async () => {
    await cluster[Symbol.asyncDispose]()
  })
  const give = (update: Uint8Array, ...peers: TestPeer[]): Hash => peers.map(({ source }) => source.add(update))[0]!

  describe('small updates', () => {
    it('come in one request to their author, on the stream of the update before', async () => {
      const author = holders[1]!
      const root = give(small, ...holders)
      const first = await taker.blobs.fetchUpdate(root, { segments: SMALL, author: author.identity.owner, signal })
      expect(first).toEqual({ bytes: small, leaves: chunkHashes(small) })
      const next = author.source.add(pattern(SMALL * 8192, 3))
      await taker.blobs.fetchUpdate(next, { segments: SMALL, author: author.identity.owner, signal })
      expect(author.metrics.sum('blob_requests_total')).toBe(2)
      expect(taker.metrics.sum('blob_streams_total')).toBe(1)
      for (const other of [holders[0]!, holders[2]!]) expect(other.metrics.sum('blob_requests_total')).toBe(0)
    })

    it('come from the next peer when one lacks them and one lies', async () => {
      const [liar, lacking, honest] = holders as [TestPeer, TestPeer, TestPeer]
      const root = give(small, liar, honest)
      liar.source.tamper = (segment, index) => (index === 7 ? segment.with(5, segment[5]! ^ 1) : segment)
      const fetched = await taker.blobs.fetchUpdate(root, { segments: SMALL, peers: keys([lacking, liar, honest]), signal })
      expect(fetched).toEqual({ bytes: small, leaves: chunkHashes(small) })
      expect(taker.metrics.sum('network_penalties_total', { reason: 'badSegment' })).toBe(1)
      expect(lacking.metrics.sum('blob_requests_total', { result: 'not_found' })).toBe(1)
      const alone = taker.blobs.fetchUpdate(root, { segments: SMALL, peers: keys([liar]), signal })
      await expect(alone).rejects.toMatchObject({ code: 'BLOB_MISMATCH', details: { peer: liar.node.peerKey } })
    })

    it('come from another peer when one does not answer', async () => {
      const [stalling, honest] = holders as [TestPeer, TestPeer]
      const root = give(small, stalling, honest)
      const stuck = Promise.withResolvers<undefined>()
      stalling.source.updateSegments = async () => stuck.promise
      const fetched = await taker.blobs.fetchUpdate(root, { segments: SMALL, peers: keys([stalling, honest]), signal })
      expect(fetched.bytes).toEqual(small)
      stuck.resolve(undefined)
    })

    it('come over few streams, however many are fetched at once', async () => {
      const [honest] = holders as [TestPeer]
      const roots = Array.from({ length: 40 }, (_, i) => honest.source.add(pattern(2 * 8192, i + 10)))
      const fetched = await Promise.all(
        roots.map(async (one) => taker.blobs.fetchUpdate(one, { segments: 2, peers: keys([honest]), signal })),
      )
      for (const [i, { bytes }] of fetched.entries()) expect(Buffer.compare(bytes, honest.source.updates.get(roots[i]!)!)).toBe(0)
      expect(honest.metrics.sum('blob_requests_total', { result: 'ok' })).toBe(40)
      expect(taker.metrics.sum('blob_streams_total')).toBeLessThanOrEqual(networkLimits.blob.streamsPerPeer)
    })

    it('come over a new stream when the peer closed the one before', async () => {
      const [holder] = holders as [TestPeer]
      const root = give(small, holder)
      await taker.blobs.fetchUpdate(root, { segments: SMALL, peers: keys([holder]), signal })
      await holder.blobs.stop()
      await holder.blobs.start()
      const again = await taker.blobs.fetchUpdate(root, { segments: SMALL, peers: keys([holder]), signal })
      expect(again.bytes).toEqual(small)
    })
  })

  describe('large updates', () => {
    it('come from several peers, each carrying a share, in few requests', async () => {
      const root = give(large, ...holders)
      const seen: number[] = []
      const result = new Uint8Array(large.length)
      await taker.blobs.fetchSegments(root, {
        segments: LARGE,
        signal,
        onSegments: ({ first, bytes, leaves }) => {
          for (let i = 0; i < bytes.length / 8192; i++) seen.push(first + i)
          result.set(bytes, first * 8192)
          expect(leaves).toEqual(chunkHashes(bytes))
        },
      })
      expect(Buffer.compare(result, large)).toBe(0)
      expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: LARGE }, (_, i) => i))
      for (const { source } of holders) expect(source.served.length).toBeGreaterThan(0)
      const requests = holders.reduce((sum, { metrics }) => sum + metrics.sum('blob_requests_total'), 0)
      expect(requests).toBeLessThan(LARGE / 3)
    })

    it('survive a peer that corrupts segments and one that has nothing', async () => {
      const [liar, lacking, honest] = holders as [TestPeer, TestPeer, TestPeer]
      const root = give(large, liar, honest)
      liar.source.tamper = (segment, index) => (index % 2 ? segment.with(5, segment[5]! ^ 1) : segment)
      const fetched = await taker.blobs.fetchUpdate(root, { segments: LARGE, peers: keys([liar, lacking, honest]), signal })
      expect(Buffer.compare(fetched.bytes, large)).toBe(0)
      expect(fetched.leaves).toEqual(chunkHashes(large))
      expect(taker.metrics.sum('network_penalties_total', { reason: 'badSegment' })).toBeGreaterThan(0)
      expect(lacking.metrics.sum('blob_requests_total', { result: 'not_found' })).toBeGreaterThan(0)
      await until(() => taker.node.score(liar.node.peerKey) < -50, true)
      expect(taker.node.score(honest.node.peerKey)).toBe(0)
    })

    it('say who lied when nobody else has the bytes', async () => {
      const [liar, lacking] = holders as [TestPeer, TestPeer]
      const root = give(large, liar)
      liar.source.tamper = (segment, index) => (index === 20 ? segment.with(0, segment[0]! ^ 255) : segment)
      await expect(
        taker.blobs.fetchUpdate(root, { segments: LARGE, peers: keys([lacking, liar]), signal }),
      ).rejects.toMatchObject({ code: 'BLOB_MISMATCH', details: { peer: liar.node.peerKey, segment: 20 } })
    })

    it('are not taken with the segment roots of another update', async () => {
      const [liar, honest, other] = holders as [TestPeer, TestPeer, TestPeer]
      const root = give(large, liar, honest, other)
      for (const { source } of [liar, other]) source.updates.set(root, pattern(large.length, 4))
      const { bytes } = await taker.blobs.fetchUpdate(root, { segments: LARGE, peers: keys([liar, honest]), signal })
      expect(Buffer.compare(bytes, large)).toBe(0)
      // Roots are asked of two peers at a time, so the liar may be overtaken and cut; one that is alone is found out.
      const alone = taker.blobs.fetchUpdate(root, { segments: LARGE, peers: keys([other]), signal })
      await expect(alone).rejects.toMatchObject({ code: 'BLOB_MISMATCH', details: { peer: other.node.peerKey } })
      // A wrong count is a wrong root, too.
      const short = taker.blobs.fetchUpdate(root, { segments: LARGE - 1, peers: keys([honest]), signal })
      await expect(short).rejects.toMatchObject({ code: 'BLOB_MISMATCH' })
    })

    it('are taken over from a peer that stops sending', async () => {
      const [stalling, honest] = holders as [TestPeer, TestPeer]
      const root = give(large, stalling, honest)
      const stuck = Promise.withResolvers<undefined>()
      stalling.source.updateSegments = async () => stuck.promise
      const fetched = await taker.blobs.fetchUpdate(root, { segments: LARGE, peers: keys([stalling, honest]), signal })
      expect(Buffer.compare(fetched.bytes, large)).toBe(0)
      stuck.resolve(undefined)
    })

    it('end when their segments cannot be stored', async () => {
      const root = give(large, ...holders)
      const full = new Error('disk full')
      const onSegments = (): void => {
        throw full
      }
      await expect(taker.blobs.fetchSegments(root, { segments: LARGE, signal, onSegments })).rejects.toBe(full)
    })
  })

  it.each([SMALL, LARGE])('reports an update of %i segments that nobody has, and cancels', async (segments) => {
    const missing = toHex(new Uint8Array(32).fill(3))
    await expect(taker.blobs.fetchUpdate(missing, { segments, signal })).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND' })
    await expect(taker.blobs.fetchUpdate(missing, { segments, peers: [], signal })).rejects.toMatchObject({
      code: 'BLOB_NOT_FOUND',
    })
    await expect(taker.blobs.fetchUpdate(missing, { segments, signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'CANCELLED',
    })
    await expect(taker.blobs.fetchDocument(missing, { signal })).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND' })
  })

  it.each([SMALL, LARGE])('cancels a fetch of %i segments when it stops', async (segments) => {
    const [stalling] = holders as [TestPeer]
    const root = give(segments === SMALL ? small : large, stalling)
    const asked = Promise.withResolvers<void>()
    const never = Promise.withResolvers<undefined>()
    stalling.source.updateSegments = async () => {
      asked.resolve()
      return never.promise
    }
    const fetching = taker.blobs.fetchUpdate(root, { segments, peers: keys([stalling]), signal })
    const outcome = fetching.catch((error: unknown) => error)
    await asked.promise
    await taker.blobs.stop()
    expect(await outcome).toMatchObject({ code: 'CANCELLED' })
    never.resolve(undefined)
  })

  it('a cancelled request leaves the stream to the others', async () => {
    const [holder] = holders as [TestPeer]
    const root = give(small, holder)
    const [asked, go] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const serve = holder.source.updateSegments.bind(holder.source)
    holder.source.updateSegments = async (...what) => {
      asked.resolve()
      await go.promise
      return serve(...what)
    }
    const cancelled = new AbortController()
    const fetch = async (one: AbortSignal): Promise<unknown> =>
      taker.blobs.fetchUpdate(root, { segments: SMALL, peers: keys([holder]), signal: one }).catch((error: unknown) => error)
    const first = fetch(cancelled.signal)
    await asked.promise
    const second = fetch(signal)
    cancelled.abort()
    expect(await first).toMatchObject({ code: 'CANCELLED' })
    go.resolve()
    expect(await second).toMatchObject({ bytes: small })
    expect(taker.metrics.sum('blob_streams_total')).toBe(1)
  })

  /** A stream to the server, for what no honest peer sends. */
  const raw = async (server: TestPeer, maxBytes = 1_000_000): Promise<FramedStream> => {
    const stream = await taker.node.openStream(server.node.peerKey, BLOB_PROTOCOL, signal)
    return new FramedStream(stream, { maxBytes, idleMs: 10_000, signal })
  }

  it('answers what no honest peer asks as such and ends the stream', async () => {
    const [server] = holders as [TestPeer]
    const root = give(large, server)
    const exchange = async (bytes: Uint8Array): Promise<unknown> => {
      using frames = await raw(server)
      await frames.write(bytes)
      const answer = await frames.read()
      return answer && decodeHead(answer).error
    }
    expect(await exchange(new Uint8Array([0xff, 0xff]))).toBe(BlobError.MALFORMED)
    expect(await exchange(new Uint8Array())).toBe(BlobError.MALFORMED)
    expect(await exchange(documentRequest('0x01', 0, 1))).toBe(BlobError.MALFORMED)
    expect(await exchange(documentRequest(root, 0, networkLimits.blob.documentRange + 1))).toBe(BlobError.MALFORMED)
    const many = Array.from({ length: networkLimits.blob.batch + 1 }, (_, i) => i)
    expect(await exchange(updateRequest(root, many))).toBe(BlobError.MALFORMED)
    expect(await exchange(updateRequest(root, [LARGE + 9]))).toBe(BlobError.NOT_FOUND)
    expect(await exchange(new Uint8Array(networkLimits.blob.requestBytes + 1))).toBe(BlobError.MALFORMED)
  })

  it('cuts off a peer that asks for more than it may have waiting, and one that opens too many streams', async () => {
    const [server] = holders as [TestPeer]
    const root = give(large, server)
    const stuck = Promise.withResolvers<undefined>()
    server.source.updateSegments = async () => stuck.promise
    using flooded = await raw(server)
    const full = new Uint8Array(networkLimits.blob.requestBytes)
    full.set(updateRequest(root, [0]))
    await flooded.write(updateRequest(root, [0]))
    const flood = async (): Promise<void> => {
      for (let i = 0; i <= 2 * networkLimits.blob.requestsPerStream; i++) await flooded.write(full)
      await flooded.read()
    }
    await expect(flood()).rejects.toMatchObject({ code: 'PEER_UNREACHABLE' })
    const streams = await Promise.all(Array.from({ length: 2 * networkLimits.blob.streamsPerPeer + 1 }, async () => raw(server)))
    const outcomes = streams.map(async (frames) => {
      await frames.write(updateRequest(root))
      return frames.read()
    })
    await expect(Promise.all(outcomes)).rejects.toMatchObject({ code: 'PEER_UNREACHABLE' })
    for (const frames of streams) frames[Symbol.dispose]()
    stuck.resolve(undefined)
  })

  it.each([
    ['another thing', new Uint8Array([0x0a, 0xff])],
    ['more than was asked', encodeHead({ length: 1_000_000 })],
  ])('penalises an answer that is %s', async (_, answer) => {
    const [liar] = holders as [TestPeer]
    await liar.blobs.stop()
    await liar.node.handle(BLOB_PROTOCOL, 8, async (stream) => {
      using frames = new FramedStream(stream, { maxBytes: 10_000, idleMs: 10_000, signal })
      await frames.read()
      await frames.write(answer)
      await frames.read()
    })
    const fetching = taker.blobs.fetchUpdate(toHex(new Uint8Array(32)), { segments: 1, peers: keys([liar]), signal })
    await expect(fetching).rejects.toMatchObject({
      code: 'BLOB_NOT_FOUND',
      details: { failures: [{ code: 'MESSAGE_MALFORMED' }] },
    })
    expect(taker.metrics.sum('network_penalties_total', { reason: 'malformed' })).toBe(1)
  })

  describe('a peer that dies while it serves', () => {
    const document = pattern(3 * networkLimits.blob.documentRange + 17, 5)
    const hash = toHex(keccak(document))

    /** Bytes of the answer as its head says: no more than any request asks for, also that for the roots of the segments. */
    const ANNOUNCED = 4096

    /** What the taker sees of a death: in the head, between two frames, within a frame, with and without a reset. */
    const deaths: [how: string, die: (stream: Stream, length: number) => Promise<void>][] = [
      ['before it answers', async (stream) => stream.close()],
      ['within the head', async (stream, length) => cut(stream, encodeHead({ length, size: BigInt(length) }), 2)],
      ['after the head', async (stream, length) => cut(stream, encodeHead({ length, size: BigInt(length) }))],
      [
        'between two frames',
        async (stream, length) => {
          stream.send(encode.single(encodeHead({ length, size: BigInt(length) })))
          await cut(stream, new Uint8Array(1024))
        },
      ],
      [
        'within a frame',
        async (stream, length) => {
          stream.send(encode.single(encodeHead({ length, size: BigInt(length) })))
          await cut(stream, new Uint8Array(1024), 500)
        },
      ],
      [
        'with a reset',
        async (stream, length) => {
          stream.send(encode.single(encodeHead({ length, size: BigInt(length) })))
          stream.abort(new Error('dead'))
        },
      ],
    ]

    /** Sends the first bytes of a frame, or all of it, and ends. */
    async function cut(stream: Stream, frame: Uint8Array, bytes = Infinity): Promise<void> {
      stream.send(encode.single(frame).subarray(0, bytes))
      await stream.close()
    }

    async function dying(peer: TestPeer, die: (stream: Stream, length: number) => Promise<void>): Promise<void> {
      await peer.blobs.stop()
      await peer.node.handle(BLOB_PROTOCOL, 8, async (stream) => {
        const asked = Promise.withResolvers<void>()
        stream.addEventListener('message', () => asked.resolve(), { once: true })
        await asked.promise
        await die(stream, ANNOUNCED)
      })
    }

    it.each(LONG ? deaths : deaths.slice(0, 2))('is no liar, and the next one is asked: %s', async (_, die) => {
      const [dead, honest] = holders as [TestPeer, TestPeer]
      const roots = [give(small, honest), give(large, honest)]
      honest.source.documents.set(hash, document)
      await dying(dead, die)
      const both = keys([dead, honest])
      for (let times = 0; times < 3; times++) {
        expect((await taker.blobs.fetchUpdate(roots[0]!, { segments: SMALL, peers: both, signal })).bytes).toEqual(small)
        const found = await taker.blobs.fetchUpdate(roots[1]!, { segments: LARGE, peers: both, signal })
        expect(Buffer.compare(found.bytes, large)).toBe(0)
        expect(Buffer.compare(await taker.blobs.fetchDocument(hash, { peers: both, signal }), document)).toBe(0)
        const alone = taker.blobs.fetchUpdate(roots[0]!, { segments: SMALL, peers: keys([dead]), signal })
        await expect(alone).rejects.toMatchObject({
          code: 'BLOB_NOT_FOUND',
          details: { failures: [{ code: 'PEER_UNREACHABLE' }] },
        })
      }
      expect(taker.metrics.sum('network_penalties_total')).toBe(0)
      expect(taker.node.peers().map(({ peerKey }) => peerKey)).toContain(dead.node.peerKey)
    })

    it('is no liar when its whole node goes away, and what it sent of a document counts', async () => {
      const [dead, honest] = holders as [TestPeer, TestPeer]
      const { documentRange } = networkLimits.blob
      for (const { source } of [dead, honest]) source.documents.set(hash, document)
      const asked: number[] = []
      honest.source.tamperDocument = (bytes, offset) => {
        asked.push(offset)
        return bytes
      }
      const serve = dead.source.document.bind(dead.source)
      const never = Promise.withResolvers<undefined>()
      dead.source.document = async (one, offset, length) => {
        if (offset < documentRange) return serve(one, offset, length)
        void cluster.remove(dead)
        return never.promise
      }
      const found = await taker.blobs.fetchDocument(hash, { peers: keys([dead, honest]), signal })
      never.resolve(undefined)
      expect(Buffer.compare(found, document)).toBe(0)
      expect(asked[0]).toBe(documentRange)
      expect(taker.metrics.sum('network_penalties_total')).toBe(0)
    })

    it('differs from one that sends other bytes in an answer of the right length', async () => {
      const [liar] = holders as [TestPeer]
      const root = give(small, liar)
      liar.source.tamper = (segment) => segment.with(5, segment[5]! ^ 1)
      const alone = taker.blobs.fetchUpdate(root, { segments: SMALL, peers: keys([liar]), signal })
      await expect(alone).rejects.toMatchObject({ code: 'BLOB_MISMATCH' })
      expect(taker.metrics.sum('network_penalties_total', { reason: 'badSegment' })).toBe(1)
    })
  })

  it('a peer that sends a byte now and then does not keep others from their turn', { timeout: 60_000 }, async () => {
    const [slow, honest] = holders as [TestPeer, TestPeer]
    const bytes = pattern(300_000, 6)
    const hash = toHex(keccak(bytes))
    honest.source.documents.set(hash, bytes)
    await slow.blobs.stop()
    const over = Promise.withResolvers<void>()
    await slow.node.handle(BLOB_PROTOCOL, 8, async (stream) => {
      using frames = new FramedStream(stream, { maxBytes: 10_000, idleMs: 60_000, signal })
      await frames.read()
      await frames.write(encodeHead({ length: bytes.length, size: BigInt(bytes.length) }))
      // One after the other, each within the patience with a silent peer.
      const drip = setInterval(() => void frames.write(new Uint8Array(1)).catch(() => {}), 200)
      await over.promise
      clearInterval(drip)
    })
    const found = await taker.blobs.fetchDocument(hash, { peers: keys([slow, honest]), signal })
    expect(Buffer.compare(found, bytes)).toBe(0)
    expect(taker.metrics.sum('network_penalties_total')).toBe(0)
    over.resolve()
  })

  it('a frame that comes byte by byte has an end', async () => {
    const [slow] = holders as [TestPeer]
    await slow.blobs.stop()
    const over = Promise.withResolvers<void>()
    await slow.node.handle(BLOB_PROTOCOL, 8, async (stream) => {
      const frame = encode.single(new Uint8Array(5000)).subarray()
      let at = 0
      const drip = setInterval(() => stream.send(frame.subarray(at, ++at)), 20)
      await over.promise
      clearInterval(drip)
    })
    using frames = await raw(slow)
    const until = performance.now() + 500
    await expect(frames.read({ until })).rejects.toMatchObject({ code: 'PEER_UNREACHABLE' })
    over.resolve()
  })

  describe('documents', () => {
    const RANGE = networkLimits.blob.documentRange
    const document = pattern(3 * RANGE + 17, 5)
    const hash = toHex(keccak(document))
    const badDocuments = (): number => taker.metrics.sum('network_penalties_total', { reason: 'badDocument' })

    it('come in ranges, from the next peer when one lies, and not past a limit', async () => {
      const [liar, honest] = holders as [TestPeer, TestPeer]
      liar.source.documents.set(hash, document.with(9, document[9]! ^ 1))
      honest.source.documents.set(hash, document)
      const peers = keys([liar, honest])
      expect(Buffer.compare(await taker.blobs.fetchDocument(hash, { peers, signal }), document)).toBe(0)
      expect(badDocuments()).toBe(1)
      await expect(taker.blobs.fetchDocument(hash, { peers: keys([liar]), signal })).rejects.toMatchObject({
        code: 'BLOB_MISMATCH',
      })
      await expect(
        taker.blobs.fetchDocument(hash, { peers: keys([honest]), signal, maxBytes: document.length - 1 }),
      ).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND', details: { failures: [{ code: 'MESSAGE_TOO_LARGE' }] } })
      const empty = toHex(keccak(new Uint8Array()))
      honest.source.documents.set(empty, new Uint8Array())
      expect(await taker.blobs.fetchDocument(empty, { peers, signal })).toHaveLength(0)
    })

    it('are asked of an operator first', async () => {
      const [operator, ...members] = cluster.peers as [TestPeer, ...TestPeer[]]
      for (const { source } of cluster.peers) source.documents.set(hash, document)
      expect(await members[0]!.blobs.fetchDocument(hash, { signal })).toHaveLength(document.length)
      expect(operator.metrics.sum('blob_requests_total', { result: 'ok' })).toBe(4)
      for (const { metrics } of members) expect(metrics.sum('blob_requests_total')).toBe(0)
    })

    it('go on at the next peer where one fails', async () => {
      const [failing, honest] = holders as [TestPeer, TestPeer]
      for (const { source } of [failing, honest]) source.documents.set(hash, document)
      const asked: number[] = []
      failing.source.tamperDocument = (bytes, offset) => (offset < 2 * RANGE ? bytes : undefined)
      honest.source.tamperDocument = (bytes, offset) => {
        asked.push(offset)
        return bytes
      }
      const fetched = await taker.blobs.fetchDocument(hash, { peers: keys([failing, honest]), signal })
      expect(Buffer.compare(fetched, document)).toBe(0)
      expect(asked).toEqual([2 * RANGE, 3 * RANGE])
      expect(badDocuments()).toBe(0)
    })

    it('show who lied when several sent a wrong one together', async () => {
      const [liar, honest] = holders as [TestPeer, TestPeer]
      for (const { source } of [liar, honest]) source.documents.set(hash, document)
      liar.source.tamperDocument = (bytes, offset) => (offset < RANGE ? bytes.with(0, bytes[0]! ^ 1) : undefined)
      const fetched = await taker.blobs.fetchDocument(hash, { peers: keys([liar, honest]), signal })
      expect(Buffer.compare(fetched, document)).toBe(0)
      expect(badDocuments()).toBe(1)
      await until(() => taker.node.score(liar.node.peerKey) < -50, true)
      expect(taker.node.score(honest.node.peerKey)).toBe(0)
    })
  })
})
