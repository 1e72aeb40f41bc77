import { create, toBinary } from '@bufbuild/protobuf'
import type { DescMessage, MessageInitShape, MessageShape } from '@bufbuild/protobuf'
import { Metadata, status } from '@grpc/grpc-js'
import { isQuorateError, QuorateError } from '../../../src/core/index.ts'
import {
  CommitRequestSchema,
  CommitResponseSchema,
  GetBlobRequestSchema,
  GetBlobResponseSchema,
  GetTaskRequestSchema,
  GetTaskResponseSchema,
  JoinRequestSchema,
  JoinResponseSchema,
  RoundViewSchema,
} from '../../../src/protocol/gen/quorate/v1/coordinator_pb.ts'
import { decodeSpec, encodeSpec, fromHex, STATEMENTS, toHex } from '../../../src/protocol/index.ts'
import { decode } from '../../../src/rpc/codec.ts'
import { errorOf, statusOf } from '../../../src/rpc/error-map.ts'
import { parseCertificates } from '../../../src/rpc/pinned-credentials.ts'
import { SPEC } from '../../support/spec.ts'
import { accepted, sameText, toBytes, toText } from '../target.ts'
import type { FuzzTarget } from '../target.ts'
import { ADDRESS, HASH, MESSAGES, SIGNATURE } from './samples.ts'

/** A request or an answer: decoded, and then what reads its fields. */
function message<S extends DescMessage>(
  name: string,
  schema: S,
  fields: MessageInitShape<S>,
  read: (message: MessageShape<S>) => void,
): FuzzTarget {
  return {
    name,
    shape: 'bytes',
    seeds: [toBinary(schema, create(schema, fields))],
    check(input) {
      accepted(() => {
        const decoded = decode(schema, input)
        toBinary(schema, decoded)
        read(decoded)
      })
    },
  }
}

const { session, commitment, receipt } = STATEMENTS
const target = { task: 1n, operator: ADDRESS, member: ADDRESS, peerKey: HASH, certificate: HASH, expires: 1_900_000_000n }
const sent = MESSAGES.commitment
const wireCommitment = sent.kind === 'commitment' ? commitment.wire.to(sent) : undefined

const requests: FuzzTarget[] = [
  message('rpc-get-task', GetTaskRequestSchema, {}, () => {}),
  message(
    'rpc-join',
    JoinRequestSchema,
    { ...session.wire.to({ ...target, signature: SIGNATURE }), peerRecord: new Uint8Array(90) },
    (request) => {
      const read = session.wire.from(request)
      sameText(toHex(read.peerKey === undefined ? new Uint8Array() : fromHex(read.peerKey)), read.peerKey)
    },
  ),
  message('rpc-commit', CommitRequestSchema, { commitment: wireCommitment }, (request) => {
    if (request.commitment) commitment.wire.from(request.commitment)
  }),
  message('rpc-get-blob', GetBlobRequestSchema, { hash: fromHex(HASH) }, ({ hash }) => void toHex(hash)),
]

const answers: FuzzTarget[] = [
  message(
    'rpc-task',
    GetTaskResponseSchema,
    {
      chainId: 31_337n,
      ledger: fromHex(ADDRESS),
      task: 1n,
      specHash: fromHex(HASH),
      specJson: encodeSpec(SPEC),
      documentJson: '{}',
      peerRecords: [new Uint8Array(90)],
      operator: fromHex(ADDRESS),
      time: 1_900_000_000n,
    },
    (offer) => {
      decodeSpec(offer.specJson)
    },
  ),
  message('rpc-joined', JoinResponseSchema, { token: 'token', expires: 1n }, () => {}),
  message(
    'rpc-committed',
    CommitResponseSchema,
    {
      receipt: receipt.wire.to({
        kind: 'receipt',
        task: 1n,
        round: 1n,
        member: ADDRESS,
        commitment: HASH,
        operator: ADDRESS,
        signature: SIGNATURE,
      }),
    },
    ({ receipt: given }) => void (given && receipt.wire.from(given)),
  ),
  message('rpc-round-view', RoundViewSchema, { task: 1n, round: 2n, phase: 1, claimHash: fromHex(HASH) }, () => {}),
  message('rpc-blob', GetBlobResponseSchema, { data: new Uint8Array(40) }, () => {}),
]

/** An error as it comes from the other side: status, text and the metadata of ours. */
const statusTarget: FuzzTarget = {
  name: 'rpc-status',
  shape: 'json',
  seeds: [
    { code: status.PERMISSION_DENIED, details: 'no', name: 'KEY_NOT_BONDED', more: '{"member":"0x01"}' },
    { code: status.RESOURCE_EXHAUSTED, details: 'Received message larger than max', name: '', more: '[1]' },
  ].map((seed) => toBytes(JSON.stringify(seed))),
  check(input) {
    let json: unknown
    try {
      json = JSON.parse(toText(input))
    } catch {
      return
    }
    const { code, details, name, more } = (json ?? {}) as Record<string, unknown>
    const metadata = new Metadata()
    try {
      if (typeof name === 'string') metadata.set('quorate-code', name)
    } catch {
      // The transport carries printable text only.
    }
    if (typeof more === 'string') metadata.set('quorate-details-bin', Buffer.from(more))
    const error = errorOf({ code, details: typeof details === 'string' ? details : undefined, metadata })
    if (!isQuorateError(error)) throw new Error('no coded error')
    statusOf(new QuorateError(error.code, error.message, { details: error.details }))
  },
}

const certificate: FuzzTarget = {
  name: 'certificate',
  shape: 'text',
  seeds: [
    toBytes(`-----BEGIN CERTIFICATE-----
MIIBHzCBx6ADAgECAgkA0000000000EwCgYIKoZIzj0EAwIwDDEKMAgGA1UEAwwBYTAeFw0yNjAxMDEwMDAwMDBaFw0zNjAxMDEwMDAwMDBaMAwxCjAIBgNVBAMMAWEwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQ=
-----END CERTIFICATE-----
`),
  ],
  check: (input) => void accepted(() => parseCertificates(toText(input))),
}

export const RPC: readonly FuzzTarget[] = [...requests, ...answers, statusTarget, certificate]
