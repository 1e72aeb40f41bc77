import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import type { MessageInitShape } from '@bufbuild/protobuf'
import { QuorateError } from '../../core/errors.ts'
import { BlobAnswerSchema, BlobRequestSchema } from '../../protocol/gen/quorate/v1/messages_pb.ts'
import type { BlobAnswer, BlobRequest } from '../../protocol/gen/quorate/v1/messages_pb.ts'
import { fromHex } from '../../protocol/bytes.ts'
import type { Hash } from '../../protocol/types.ts'
import { networkLimits } from '../limits.ts'

/** The stream protocol of `proto/quorate/v1/messages.proto`. */
export const BLOB_PROTOCOL = '/quorate/blob/1'

/** Largest encoded head of an answer, bytes. */
export const HEAD_BYTES = 32
/** Bytes of the length before a frame. */
export const FRAME_PREFIX = 3

const limits = networkLimits.blob

/** Asks for segments of an update, or for all its segment roots when it names none. */
export function updateRequest(root: Hash, segments: readonly number[] = []): Uint8Array {
  return encode({ what: { case: 'update', value: { root: fromHex(root), segments: [...segments] } } })
}

/** Asks for the bytes of a document from an offset. */
export function documentRequest(hash: Hash, offset: number, length: number): Uint8Array {
  return encode({ what: { case: 'document', value: { hash: fromHex(hash), offset: BigInt(offset), length } } })
}

function encode(request: MessageInitShape<typeof BlobRequestSchema>): Uint8Array {
  return toBinary(BlobRequestSchema, create(BlobRequestSchema, request))
}

/** What a request asks for. */
export type Asked = Exclude<BlobRequest['what'], { case: undefined }>

/** What a request asks for; undefined for one that no honest peer sends. */
export function parseRequest(bytes: Uint8Array): Asked | undefined {
  let what
  try {
    ;({ what } = fromBinary(BlobRequestSchema, bytes))
  } catch {
    return undefined
  }
  if (what.case === 'update')
    return what.value.root.length === 32 && what.value.segments.length <= limits.batch ? what : undefined
  if (what.case !== 'document') return undefined
  const { hash, offset, length } = what.value
  return hash.length === 32 && offset <= Number.MAX_SAFE_INTEGER && length <= limits.documentRange ? what : undefined
}

/** The head of an answer. */
export function encodeHead(head: MessageInitShape<typeof BlobAnswerSchema>): Uint8Array {
  return toBinary(BlobAnswerSchema, create(BlobAnswerSchema, head))
}

/** @throws QuorateError MESSAGE_MALFORMED */
export function decodeHead(bytes: Uint8Array): BlobAnswer {
  try {
    return fromBinary(BlobAnswerSchema, bytes)
  } catch (cause) {
    throw new QuorateError('MESSAGE_MALFORMED', 'the answer does not decode', { cause })
  }
}
