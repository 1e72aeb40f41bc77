import { setTimeout as delay } from 'node:timers/promises'
import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import { isQuorateError, QuorateError } from '../../core/errors.ts'
import { BlobError, BlobRequestSchema, BlobResponseSchema } from '../../protocol/gen/quorate/v1/messages_pb.ts'
import type { BlobRequest, BlobResponse } from '../../protocol/gen/quorate/v1/messages_pb.ts'
import { FramedStream } from '../framed-stream.ts'
import { networkLimits } from '../limits.ts'
import type { NetworkNode } from '../network-node.ts'
import type { PeerKey } from '../peer-key.ts'
import type { PeerSlots } from './peer-slots.ts'

export const BLOB_PROTOCOL = '/quorate/blob/1'

export interface BlobRequestComponents {
  node: Pick<NetworkNode, 'openStream' | 'penalise'>
  /** Requests running with each peer, kept to what a peer admits. */
  slots: PeerSlots
  /** In [0, 1): jitter of the waits for a busy peer. */
  random: () => number
}

export interface BlobRequestOptions {
  peer: PeerKey
  what: BlobRequest['what']
  /** Most bytes the answer may have. */
  maxBytes: number
  signal: AbortSignal
}

/** What a peer sends: the parts of an answer but its error. */
export type BlobPart = Exclude<BlobResponse['part'], { case: 'error' } | { case: undefined }>

const limits = networkLimits.blob

/**
 * One request to one peer; yields the answer part by part, unverified. A busy peer is asked again after a wait.
 *
 * @throws QuorateError BLOB_NOT_FOUND the peer does not hold it; RATE_LIMITED it stayed busy; MESSAGE_MALFORMED,
 *   MESSAGE_TOO_LARGE it broke the protocol and was penalised; PEER_UNREACHABLE; CANCELLED
 */
export async function* requestBlob(components: BlobRequestComponents, options: BlobRequestOptions): AsyncGenerator<BlobPart> {
  const { peer, signal } = options
  for (let attempt = 0; ; attempt++) {
    await components.slots.acquire(peer, signal)
    try {
      return yield* exchange(components, options)
    } catch (error) {
      if (isQuorateError(error, 'MESSAGE_TOO_LARGE') || isQuorateError(error, 'MESSAGE_MALFORMED'))
        components.node.penalise(peer, 'malformed')
      // Busy is the first and only thing such an answer says, so nothing was yielded yet.
      if (!isQuorateError(error, 'RATE_LIMITED') || attempt >= limits.busyRetries) throw error
    } finally {
      components.slots.release(peer)
    }
    const wait = 50 * 2 ** attempt * (0.5 + components.random() / 2)
    await delay(wait, undefined, { signal }).catch((cause: unknown) => {
      throw new QuorateError('CANCELLED', 'waiting for a busy peer was cancelled', { cause })
    })
  }
}

async function* exchange(components: BlobRequestComponents, options: BlobRequestOptions): AsyncGenerator<BlobPart> {
  const { peer, what, maxBytes, signal } = options
  const stream = await components.node.openStream(
    peer,
    BLOB_PROTOCOL,
    AbortSignal.any([signal, AbortSignal.timeout(limits.idleMs)]),
  )
  using frames = new FramedStream(stream, { maxBytes, idleMs: limits.idleMs, signal })
  await frames.write(toBinary(BlobRequestSchema, create(BlobRequestSchema, { what })))
  await frames.end()
  for (let frame = await frames.read(); frame; frame = await frames.read()) {
    const { part } = decode(frame)
    if (part.case === 'error') throw refusal(peer, part.value)
    if (part.case === undefined) throw new QuorateError('MESSAGE_MALFORMED', 'an empty answer')
    yield part
  }
}

function decode(frame: Uint8Array): BlobResponse {
  try {
    return fromBinary(BlobResponseSchema, frame)
  } catch (cause) {
    throw new QuorateError('MESSAGE_MALFORMED', 'the answer does not decode', { cause })
  }
}

function refusal(peer: PeerKey, error: BlobError): QuorateError {
  const details = { peer }
  if (error === BlobError.NOT_FOUND) return new QuorateError('BLOB_NOT_FOUND', `${peer} does not hold it`, { details })
  if (error === BlobError.BUSY) return new QuorateError('RATE_LIMITED', `${peer} is busy`, { details })
  // It did not understand us: its version is another, which is no fault.
  return new QuorateError('PEER_UNREACHABLE', `${peer} did not take the request`, { details })
}
