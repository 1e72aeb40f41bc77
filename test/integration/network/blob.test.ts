import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import type { MessageInitShape } from '@bufbuild/protobuf'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { networkLimits } from '../../../src/network/index.ts'
import { FramedStream } from '../../../src/network/framed-stream.ts'
import { BlobRequestSchema, BlobResponseSchema, BlobError } from '../../../src/protocol/gen/quorate/v1/messages_pb.ts'
import { chunkHashes, fromHex, keccak, toHex } from '../../../src/protocol/index.ts'
import type { Hash } from '../../../src/protocol/index.ts'
import { Cluster } from './support.ts'
import type { TestPeer } from './support.ts'
import { until } from './until.ts'

const SEGMENTS = 37
const PROTOCOL = '/quorate/blob/1'

/** Bytes that differ in every chunk, without randomness. */
function pattern(length: number, seed: number): Uint8Array {
  let state = seed
  return Uint8Array.from({ length }, () => (state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) >>> 24)
}

const keys = (peers: TestPeer[]): Hash[] => peers.map(({ node }) => node.peerKey)

function request(what: MessageInitShape<typeof BlobRequestSchema>): Uint8Array {
  return toBinary(BlobRequestSchema, create(BlobRequestSchema, what))
}

describe('blob exchange', () => {
  let cluster: Cluster
  let taker: TestPeer
  let holders: TestPeer[]
  const update = pattern(SEGMENTS * 8192, 1)
  let root: Hash
  let signal: AbortSignal

  beforeEach(async () => {
    signal = AbortSignal.timeout(50_000)
    cluster = await Cluster.start(4)
    ;[taker, ...holders] = cluster.peers as [TestPeer, ...TestPeer[]]
  })
  afterEach(async () => {
    await cluster[Symbol.asyncDispose]()
  })
  const give = (...peers: TestPeer[]): void => {
    for (const { source } of peers) root = source.add(update)
  }

  it('fetches an update from several peers, each carrying a share', async () => {
    give(...holders)
    const seen: number[] = []
    const result = new Uint8Array(update.length)
    await taker.blobs.fetchSegments(root, {
      segments: SEGMENTS,
      signal,
      onSegment: (index, bytes) => {
        seen.push(index)
        result.set(bytes, index * 8192)
      },
    })
    expect(Buffer.compare(result, update)).toBe(0)
    expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: SEGMENTS }, (_, i) => i))
    for (const { source } of holders) expect(source.served.length).toBeGreaterThan(0)
  })

  it('survives a peer that corrupts segments and one that has nothing', async () => {
    const [liar, lacking, honest] = holders as [TestPeer, TestPeer, TestPeer]
    give(liar, honest)
    liar.source.tamper = (segment, index) => (index % 2 ? segment.with(5, segment[5]! ^ 1) : segment)
    const fetched = await taker.blobs.fetchUpdate(root, { segments: SEGMENTS, peers: keys([liar, lacking, honest]), signal })
    expect(fetched).toEqual({ bytes: update, leaves: chunkHashes(update) })
    expect(taker.metrics.sum('blob_bad_segments_total')).toBe(1)
    expect(taker.metrics.sum('network_penalties_total', { reason: 'badSegment' })).toBe(1)
    expect(lacking.metrics.sum('blob_requests_total', { result: 'not_found' })).toBeGreaterThan(0)
    await until(() => taker.node.score(liar.node.peerKey) < -50, true)
    expect(taker.node.score(honest.node.peerKey)).toBe(0)
  })

  it('says who lied when nobody else has the bytes', async () => {
    const [liar, lacking] = holders as [TestPeer, TestPeer]
    give(liar)
    liar.source.tamper = (segment, index) => (index === 20 ? segment.with(0, segment[0]! ^ 255) : segment)
    await expect(
      taker.blobs.fetchUpdate(root, { segments: SEGMENTS, peers: keys([lacking, liar]), signal }),
    ).rejects.toMatchObject({ code: 'BLOB_MISMATCH', details: { peer: liar.node.peerKey, segment: 20 } })
  })

  it('does not accept segment roots of another update', async () => {
    const [liar, honest] = holders as [TestPeer, TestPeer]
    give(liar, honest)
    liar.source.updates.set(root, pattern(update.length, 2))
    const { bytes } = await taker.blobs.fetchUpdate(root, { segments: SEGMENTS, peers: keys([liar, honest]), signal })
    expect(Buffer.compare(bytes, update)).toBe(0)
    // Roots are asked of two peers at a time, so the liar may be overtaken; alone it is found out.
    const alone = taker.blobs.fetchUpdate(root, { segments: SEGMENTS, peers: keys([liar]), signal })
    await expect(alone).rejects.toMatchObject({ code: 'BLOB_MISMATCH', details: { peer: liar.node.peerKey } })
    // A wrong count is a wrong root, too.
    const short = taker.blobs.fetchUpdate(root, { segments: SEGMENTS - 1, peers: keys([honest]), signal })
    await expect(short).rejects.toMatchObject({ code: 'BLOB_MISMATCH' })
  })

  it('takes over from a peer that stops sending', async () => {
    const [stalling, honest] = holders as [TestPeer, TestPeer]
    give(stalling, honest)
    const stuck = Promise.withResolvers<undefined>()
    stalling.source.updateSegment = async () => stuck.promise
    const fetched = await taker.blobs.fetchUpdate(root, { segments: SEGMENTS, peers: keys([stalling, honest]), signal })
    expect(fetched).toEqual({ bytes: update, leaves: chunkHashes(update) })
    stuck.resolve(undefined)
  })

  it('reports what nobody has, and cancels', async () => {
    const missing = toHex(new Uint8Array(32).fill(3))
    await expect(taker.blobs.fetchUpdate(missing, { segments: 1, signal })).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND' })
    await expect(taker.blobs.fetchUpdate(missing, { segments: 1, peers: [], signal })).rejects.toMatchObject({
      code: 'BLOB_NOT_FOUND',
    })
    await expect(taker.blobs.fetchUpdate(missing, { segments: 1, signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'CANCELLED',
    })
    await expect(taker.blobs.fetchDocument(missing, { signal })).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND' })
  })

  it('ends a fetch whose segments cannot be stored', async () => {
    give(...holders)
    const full = new Error('disk full')
    const onSegment = (): void => {
      throw full
    }
    await expect(taker.blobs.fetchSegments(root, { segments: SEGMENTS, signal, onSegment })).rejects.toBe(full)
  })

  it('cancels a fetch when it stops', async () => {
    const [stalling] = holders as [TestPeer]
    give(stalling)
    const asked = Promise.withResolvers<void>()
    const never = Promise.withResolvers<undefined>()
    stalling.source.updateSegment = async () => {
      asked.resolve()
      return never.promise
    }
    const fetching = taker.blobs.fetchUpdate(root, { segments: SEGMENTS, peers: keys([stalling]), signal })
    const outcome = fetching.catch((error: unknown) => error)
    await asked.promise
    await taker.blobs.stop()
    expect(await outcome).toMatchObject({ code: 'CANCELLED' })
    never.resolve(undefined)
  })

  it('runs more fetches at once than a peer serves at once', async () => {
    const [honest] = holders as [TestPeer]
    const roots = Array.from({ length: 24 }, (_, i) => honest.source.add(pattern(2 * 8192, i + 10)))
    const fetched = await Promise.all(
      roots.map((one) => taker.blobs.fetchUpdate(one, { segments: 2, peers: keys([honest]), signal })),
    )
    for (const [i, { bytes }] of fetched.entries()) expect(Buffer.compare(bytes, honest.source.updates.get(roots[i]!)!)).toBe(0)
    expect(honest.metrics.sum('blob_requests_total', { result: 'busy' })).toBe(0)
  })

  it('fetches documents in parts and not past a limit', async () => {
    const [liar, honest] = holders as [TestPeer, TestPeer]
    const document = pattern(networkLimits.blob.documentPart * 3 + 17, 5)
    const hash = toHex(keccak(document))
    liar.source.documents.set(hash, document.with(9, document[9]! ^ 1))
    honest.source.documents.set(hash, document)
    const peers = keys([liar, honest])
    expect(Buffer.compare(await taker.blobs.fetchDocument(hash, { peers, signal }), document)).toBe(0)
    expect(taker.metrics.sum('network_penalties_total', { reason: 'badDocument' })).toBe(1)
    await expect(taker.blobs.fetchDocument(hash, { peers: keys([liar]), signal })).rejects.toMatchObject({
      code: 'BLOB_MISMATCH',
    })
    const empty = toHex(keccak(new Uint8Array()))
    honest.source.documents.set(empty, new Uint8Array())
    expect(await taker.blobs.fetchDocument(empty, { peers, signal })).toHaveLength(0)
  })

  it('answers malformed requests as such and a crowd as busy', async () => {
    const [server] = holders as [TestPeer]
    give(server)
    const exchange = async (bytes: Uint8Array): Promise<unknown> => {
      const stream = await taker.node.openStream(server.node.peerKey, PROTOCOL, signal)
      using frames = new FramedStream(stream, { maxBytes: 1_000_000, idleMs: 10_000, signal })
      await frames.write(bytes)
      await frames.end()
      const answer = await frames.read()
      return answer && fromBinary(BlobResponseSchema, answer).part
    }
    const malformed = { case: 'error', value: BlobError.MALFORMED }
    expect(await exchange(new Uint8Array([0xff, 0xff]))).toEqual(malformed)
    expect(await exchange(request({}))).toEqual(malformed)
    expect(await exchange(request({ what: { case: 'document', value: new Uint8Array(31) } }))).toEqual(malformed)
    const many = Array.from({ length: networkLimits.blob.batch + 1 }, (_, i) => i)
    expect(await exchange(request({ what: { case: 'update', value: { root: fromHex(root), segments: many } } }))).toEqual(
      malformed,
    )
    expect(
      await exchange(request({ what: { case: 'update', value: { root: fromHex(root), segments: [SEGMENTS + 9] } } })),
    ).toEqual({
      case: 'error',
      value: BlobError.NOT_FOUND,
    })
    await expect(exchange(new Uint8Array(networkLimits.blob.requestBytes + 1))).rejects.toMatchObject({
      code: 'PEER_UNREACHABLE',
    })

    const stuck = Promise.withResolvers<undefined>()
    server.source.updateSegment = async () => stuck.promise
    const one = request({ what: { case: 'update', value: { root: fromHex(root), segments: [0] } } })
    const answers = Array.from({ length: networkLimits.blob.streamsPerPeer + 1 }, () => exchange(one))
    const first = await Promise.race(answers).finally(() => stuck.resolve(undefined))
    expect(first).toEqual({ case: 'error', value: BlobError.BUSY })
    await Promise.all(answers)
  })

  it('penalises an answer to something else than was asked', async () => {
    const [liar] = holders as [TestPeer]
    await liar.blobs.stop()
    await liar.node.handle(PROTOCOL, 8, async (stream) => {
      using frames = new FramedStream(stream, { maxBytes: 10_000, idleMs: 10_000, signal })
      await frames.read()
      await frames.readEnd()
      await frames.write(new Uint8Array([0x0a, 0xff]))
      await frames.end()
    })
    const fetching = taker.blobs.fetchUpdate(toHex(new Uint8Array(32)), { segments: 1, peers: keys([liar]), signal })
    await expect(fetching).rejects.toMatchObject({
      code: 'BLOB_NOT_FOUND',
      details: { failures: [{ code: 'MESSAGE_MALFORMED' }] },
    })
    expect(taker.metrics.sum('network_penalties_total', { reason: 'malformed' })).toBe(1)
  })
})
