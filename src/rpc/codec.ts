import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import type { DescMessage, MessageInitShape, MessageShape } from '@bufbuild/protobuf'
import { QuorateError } from '../core/index.ts'

/** The message in `bytes`; MESSAGE_MALFORMED if they are none of this type. */
export function decode<Schema extends DescMessage>(schema: Schema, bytes: Uint8Array): MessageShape<Schema> {
  try {
    // grpc-js hands over a Buffer, whose `slice` shares memory where that of a Uint8Array copies.
    return fromBinary(schema, new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  } catch (cause) {
    throw new QuorateError('MESSAGE_MALFORMED', `the bytes do not decode as ${schema.typeName}`, { cause })
  }
}

/** The bytes of a message given by its fields; MESSAGE_TOO_LARGE beyond `maxBytes`. */
export function encode<Schema extends DescMessage>(
  schema: Schema,
  fields: MessageInitShape<Schema>,
  maxBytes: number,
): Uint8Array {
  const bytes = toBinary(schema, create(schema, fields))
  if (bytes.length > maxBytes) {
    const details = { bytes: bytes.length, maxBytes }
    throw new QuorateError('MESSAGE_TOO_LARGE', `${schema.typeName} has ${bytes.length} bytes, and the limit is ${maxBytes}`, {
      details,
    })
  }
  return bytes
}
