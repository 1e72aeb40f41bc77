import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import type { Stream } from '@libp2p/interface'
import { QuorateError } from '../../core/errors.ts'
import type { Metrics } from '../../core/metrics.ts'
import {
  BlobError,
  BlobRequestSchema,
  BlobResponseSchema,
  SegmentRootsSchema,
  SegmentSchema,
} from '../../protocol/gen/quorate/v1/messages_pb.ts'
import type { BlobRequest, BlobResponse } from '../../protocol/gen/quorate/v1/messages_pb.ts'
import { toHex } from '../../protocol/bytes.ts'
import { SEGMENT } from '../../protocol/types.ts'
import { FramedStream } from '../framed-stream.ts'
import { networkLimits } from '../limits.ts'
import type { PeerKey } from '../peer-key.ts'
import type { BlobSource } from './blob-source.ts'
import { PeerSlots } from './peer-slots.ts'

export interface BlobServerOptions {
  source: BlobSource
  metrics: Metrics
  signal: AbortSignal
}

type Part = BlobResponse['part']

const limits = networkLimits.blob

/**
 * Answers blob requests from a source, so many at a time for each peer. Whatever cannot be served is answered with a
 * BlobError.
 */
export class BlobServer {
  readonly #options: BlobServerOptions
  readonly #slots = new PeerSlots(limits.streamsPerPeer)

  constructor(options: BlobServerOptions) {
    this.#options = options
  }

  async serve(stream: Stream, peer: PeerKey): Promise<void> {
    const { metrics } = this.#options
    const signal = AbortSignal.any([this.#options.signal, AbortSignal.timeout(limits.requestMs)])
    using frames = new FramedStream(stream, { maxBytes: limits.requestBytes, idleMs: limits.idleMs, signal })
    const request = await frames.read()
    await frames.readEnd()
    if (!this.#slots.tryAcquire(peer)) {
      metrics.count('blob_requests_total', { result: 'busy' })
      // Awaited: the frames are let go of when this returns.
      return await answer(frames, { case: 'error', value: BlobError.BUSY })
    }
    try {
      let bytes = 0
      for await (const part of this.#parts(request)) {
        if (part.case === 'error') {
          metrics.count('blob_requests_total', { result: part.value === BlobError.NOT_FOUND ? 'not_found' : 'malformed' })
          return await answer(frames, part)
        }
        const frame = encode(part)
        bytes += frame.length
        await frames.write(frame)
      }
      await frames.end()
      metrics.count('blob_requests_total', { result: 'ok' })
      metrics.count('blob_served_bytes_total', {}, bytes)
    } finally {
      this.#slots.release(peer)
    }
  }

  async *#parts(request: Uint8Array | undefined): AsyncGenerator<Part> {
    const what = parse(request)
    if (what.case === 'document') yield* this.#document(what.value)
    else if (what.case === 'update' && what.value.segments.length === 0) yield* this.#roots(what.value.root)
    else if (what.case === 'update') yield* this.#segments(what.value.root, what.value.segments)
    else yield { case: 'error', value: BlobError.MALFORMED }
  }

  async *#document(hash: Uint8Array): AsyncGenerator<Part> {
    const document = await this.#options.source.document(toHex(hash))
    if (!document) {
      yield notFound
      return
    }
    for (let at = 0; at < document.length; at += limits.documentPart) {
      yield { case: 'document', value: document.subarray(at, at + limits.documentPart) }
    }
  }

  async *#roots(root: Uint8Array): AsyncGenerator<Part> {
    const roots = await this.#options.source.updateSegmentRoots(toHex(root))
    if (!roots) {
      yield notFound
      return
    }
    for (let at = 0; at < roots.length; at += limits.rootsPerFrame) {
      yield { case: 'roots', value: create(SegmentRootsSchema, { roots: roots.slice(at, at + limits.rootsPerFrame) }) }
    }
  }

  async *#segments(root: Uint8Array, segments: readonly number[]): AsyncGenerator<Part> {
    for (const index of segments) {
      const data = await this.#options.source.updateSegment(toHex(root), index)
      if (data?.length !== SEGMENT) {
        yield notFound
        return
      }
      yield { case: 'segment', value: create(SegmentSchema, { index, data }) }
    }
  }
}

const notFound: Part = { case: 'error', value: BlobError.NOT_FOUND }

function parse(bytes: Uint8Array | undefined): BlobRequest['what'] {
  const nothing = { case: undefined }
  try {
    const { what } = fromBinary(BlobRequestSchema, bytes ?? new Uint8Array())
    if (what.case === 'document') return what.value.length === 32 ? what : nothing
    if (what.case === 'update')
      return what.value.root.length === 32 && what.value.segments.length <= limits.batch ? what : nothing
    return nothing
  } catch {
    return nothing
  }
}

function encode(part: Part): Uint8Array {
  const frame = toBinary(BlobResponseSchema, create(BlobResponseSchema, { part }))
  if (frame.length > networkLimits.frameBytes)
    throw new QuorateError('INTERNAL', `the blob source returned a part of ${frame.length} bytes`)
  return frame
}

async function answer(frames: FramedStream, part: Part): Promise<void> {
  await frames.write(encode(part))
  await frames.end()
}
