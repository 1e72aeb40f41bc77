import type { Stream } from '@libp2p/interface'
import { QuorateError } from '../../core/errors.ts'
import type { Metrics } from '../../core/metrics.ts'
import { toHex } from '../../protocol/bytes.ts'
import { BlobError } from '../../protocol/gen/quorate/v1/messages_pb.ts'
import type { DocumentRequest, UpdateRequest } from '../../protocol/gen/quorate/v1/messages_pb.ts'
import { SEGMENT } from '../../protocol/types.ts'
import { FramedStream } from '../framed-stream.ts'
import { networkLimits } from '../limits.ts'
import { encodeHead, FRAME_PREFIX, parseRequest } from './blob-protocol.ts'
import type { BlobSource } from './blob-source.ts'
import { segmentRuns } from './segment-runs.ts'

export interface BlobServerOptions {
  source: BlobSource
  metrics: Metrics
  signal: AbortSignal
}

/** What is sent for a request: its length first, because the head of the answer says it, and the bytes as they are read. */
interface Content {
  length: number
  size: number
  bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>
}

const limits = networkLimits.blob
const FRAME = limits.segmentsPerFrame * SEGMENT
const REQUEST = limits.requestBytes + FRAME_PREFIX

/** Answers the requests of a stream from a source, one after the other. Whatever cannot be served is answered with a BlobError. */
export class BlobServer {
  readonly #options: BlobServerOptions

  constructor(options: BlobServerOptions) {
    this.#options = options
  }

  /** Serves one stream until the peer ends it, says nothing for long, or breaks the protocol. */
  async serve(stream: Stream): Promise<void> {
    const { signal } = this.#options
    using frames = new FramedStream(stream, { maxBytes: limits.requestsPerStream * REQUEST, idleMs: limits.idleMs, signal })
    for (let taken = true; taken;) {
      const request = await frames.read({ idleMs: limits.servedIdleMs })
      if (!request) return await frames.end()
      frames.allow(REQUEST)
      taken = await this.#answer(frames, request)
    }
    await frames.end()
    // The peer reads why before the stream is reset.
    await frames.read()
  }

  /** False after a request that no honest peer sends. */
  async #answer(frames: FramedStream, request: Uint8Array): Promise<boolean> {
    const { metrics } = this.#options
    const what = request.length <= limits.requestBytes ? parseRequest(request) : undefined
    if (!what) {
      metrics.count('blob_requests_total', { result: 'malformed' })
      await frames.write(encodeHead({ error: BlobError.MALFORMED }))
      return false
    }
    const content = what.case === 'update' ? await this.#update(what.value) : await this.#document(what.value)
    if (!content) {
      metrics.count('blob_requests_total', { result: 'not_found' })
      await frames.write(encodeHead({ error: BlobError.NOT_FOUND }))
      return true
    }
    await this.#send(frames, content)
    metrics.count('blob_requests_total', { result: 'ok' })
    metrics.count('blob_served_bytes_total', {}, content.length)
    return true
  }

  async #send(frames: FramedStream, { length, size, bytes }: Content): Promise<void> {
    const until = performance.now() + limits.answerMs
    await frames.write(encodeHead({ length, size: BigInt(size) }))
    for await (const part of bytes) {
      for (let at = 0; at < part.length; at += FRAME) {
        if (performance.now() > until) throw new QuorateError('PEER_UNREACHABLE', 'the peer takes an answer too slowly')
        await frames.write(part.subarray(at, at + FRAME))
      }
    }
  }

  async #update({ root, segments }: UpdateRequest): Promise<Content | undefined> {
    const { source } = this.#options
    const name = toHex(root)
    if (segments.length === 0) {
      const roots = await source.updateSegmentRoots(name)
      return roots && { length: roots.length, size: 0, bytes: [roots] }
    }
    const [first, ...others] = segmentRuns(segments, limits.segmentsPerRead)
    const read = async ({ first: at, count }: NonNullable<typeof first>): Promise<Uint8Array | undefined> =>
      source.updateSegments(name, at, count)
    const start = await read(first!)
    if (!start) return undefined
    const rest = async function* (): AsyncGenerator<Uint8Array> {
      yield start
      for (const run of others) {
        const bytes = await read(run)
        // The head has promised it: the stream breaks and the peer asks another.
        if (!bytes) throw new QuorateError('BLOB_NOT_FOUND', `update ${name} ends before segment ${run.first + run.count}`)
        yield bytes
      }
    }
    return { length: segments.length * SEGMENT, size: 0, bytes: rest() }
  }

  async #document({ hash, offset, length }: DocumentRequest): Promise<Content | undefined> {
    const part = await this.#options.source.document(toHex(hash), Number(offset), length)
    return part && { length: part.bytes.length, size: part.size, bytes: [part.bytes] }
  }
}
