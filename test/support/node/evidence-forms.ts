import { setTimeout as delay } from 'node:timers/promises'
import { QuorateError } from '../../../src/core/index.ts'
import type { ErrorCode } from '../../../src/core/index.ts'
import { encodeHead } from '../../../src/network/blob/blob-protocol.ts'
import type { FramedStream } from '../../../src/network/framed-stream.ts'
import { BlobError } from '../../../src/protocol/gen/quorate/v1/messages_pb.ts'
import { fileHash } from '../../../src/protocol/index.ts'
import type { Hash } from '../../../src/protocol/index.ts'

/** One way in which the evidence of an operator fails. */
export interface EvidenceForm {
  name: string
  /** Bytes of the manifest that its claim commits to. */
  manifest: Uint8Array
  /** What its peer serves besides, by keccak256. */
  documents?: readonly Uint8Array[]
  /** What its peer does with a request instead of serving it. */
  answer?: (frames: FramedStream) => Promise<void>
  /** What its coordinator throws when it is asked for a file over gRPC. */
  throws?: () => Error
}

const text = (value: string): Uint8Array => new TextEncoder().encode(value)
const listing = (record: Uint8Array, name = 'record.json'): Uint8Array =>
  text(JSON.stringify({ files: { [name]: fileHash(record) } }))

/** Evidence that is served, and that nobody could make of a true round. */
function served(name: string, manifest: Uint8Array, ...documents: Uint8Array[]): EvidenceForm {
  return { name, manifest, documents: [manifest, ...documents] }
}

/** A record under a true manifest. */
function recorded(name: string, record: string): EvidenceForm {
  const bytes = text(record)
  return served(name, listing(bytes), bytes)
}

/** A peer that answers in its own way. */
function answered(name: string, answer: NonNullable<EvidenceForm['answer']>): EvidenceForm {
  return { name, manifest: text(`{"files":{}} ${name}`), answer }
}

/** A coordinator that fails with a code of its choice. */
function thrown(code: ErrorCode): EvidenceForm {
  return { name: `the coordinator says ${code}`, manifest: text(code), throws: () => new QuorateError(code, 'a lie') }
}

/** Every way that is known. `record` is a true one. */
export function evidenceForms(record: Uint8Array): EvidenceForm[] {
  const recordText = new TextDecoder().decode(record)
  const hash: Hash = fileHash(record)
  return [
    { name: 'nothing is served', manifest: listing(record) },
    served('the manifest is {}', text('{}')),
    served('the manifest is null', text('null')),
    served('the manifest is a number', text('7')),
    served('the manifest has a number for a hash', text('{"files":{"record.json":7}}')),
    served('the manifest names a file outside', listing(record, '../../journal'), record),
    served('the manifest lists no record', listing(record, 'other.json'), record),
    served('the manifest names the record twice', text(`{"files":{"record.json":"${hash}","record.json":"${hash}"}}`), record),
    served('the manifest is long', text(`{"files":{${' '.repeat(70_000)}}}`), record),
    recorded('the record is {}', '{}'),
    recorded('the record is nested deeply', `${'['.repeat(200_000)}${']'.repeat(200_000)}`),
    recorded('the record has an array for a number', recordText.replace('"version":2', '"version":[2]')),
    recorded('the record lacks its rows', recordText.replace(/"rows":\[.*\],"seal"/, '"rows":[],"seal"')),
    recorded('the record has a million members', `{"members":[${'7,'.repeat(999_999)}7]}`),
    recorded('the record is no text', String.fromCharCode(0xd800, 0, 0xdfff)),
    answered('the head does not decode', async (frames) => frames.write(new Uint8Array([0x0a, 0xff]))),
    answered('the answer is longer than asked', async (frames) => frames.write(encodeHead({ length: 1_000_000_000 }))),
    answered('the size is absurd', async (frames) => frames.write(encodeHead({ length: 0, size: 2n ** 53n - 1n }))),
    answered('the size is beyond numbers', async (frames) => frames.write(encodeHead({ length: 0, size: 2n ** 64n - 1n }))),
    answered('the error is unknown', async (frames) => frames.write(encodeHead({ error: 77 as BlobError }))),
    answered('the request is called malformed', async (frames) => frames.write(encodeHead({ error: BlobError.MALFORMED }))),
    answered('the bytes are others', async (frames) => {
      await frames.write(encodeHead({ length: 3, size: 3n }))
      await frames.write(text('abc'))
    }),
    answered('the stream ends within the answer', async (frames) => {
      await frames.write(encodeHead({ length: 3, size: 3n }))
      await frames.end()
    }),
    answered('the stream is reset', async () => Promise.reject(new Error('reset'))),
    answered('the bytes drip', async (frames) => {
      await frames.write(encodeHead({ length: 300_000, size: 300_000n }))
      // Until the member is gone: the next byte always comes before the member gives a silent peer up.
      for (;;) {
        await frames.write(text('a'))
        await delay(100)
      }
    }),
    ...(['CANCELLED', 'INTERNAL', 'RATE_LIMITED', 'STORAGE_FULL', 'RPC_UNREACHABLE'] as const).map(thrown),
  ]
}
