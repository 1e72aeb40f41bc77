import { QuorateError } from '../core/index.ts'
import { RPC_LIMITS } from './limits.ts'

/**
 * Cuts bytes into the answers of `GetBlob`.
 *
 * @example
 * async *getBlob({ hash }) { yield* blobParts(await documents.get(toHex(hash))) }
 */
export function* blobParts(bytes: Uint8Array, partBytes: number = RPC_LIMITS.blobPartBytes): Generator<{ data: Uint8Array }> {
  for (let at = 0; at < bytes.length; at += partBytes) yield { data: bytes.subarray(at, at + partBytes) }
}

/** Joins the parts again; MESSAGE_TOO_LARGE as soon as they are more than `maxBytes`. */
export async function joinParts(parts: AsyncIterable<{ data: Uint8Array }>, maxBytes: number): Promise<Uint8Array> {
  const received: Uint8Array[] = []
  let length = 0
  for await (const { data } of parts) {
    length += data.length
    if (length > maxBytes) throw new QuorateError('MESSAGE_TOO_LARGE', `the blob is larger than ${maxBytes} bytes`)
    received.push(data)
  }
  return Uint8Array.from(Buffer.concat(received))
}
