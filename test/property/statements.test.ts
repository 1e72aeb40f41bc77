import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import { describe, expect, it } from 'vitest'
import { JoinRequestSchema } from '../../src/protocol/gen/quorate/v1/coordinator_pb.ts'
import { GossipMessageSchema, ReceiptSchema } from '../../src/protocol/gen/quorate/v1/messages_pb.ts'
import {
  decodeRecord,
  encodeRecord,
  eventOf,
  fromWire,
  sourceBytes,
  sourceFromBytes,
  STATEMENTS,
  toHex,
  toWire,
  VIA_CHAIN,
  viaSignature,
  ZERO_HASH,
} from '../../src/protocol/index.ts'
import type {
  CommitmentSource,
  Message,
  MessageKind,
  ReceiptMessage,
  RoundEvent,
  RoundRecord,
  SessionMessage,
} from '../../src/protocol/index.ts'
import { decodeValue, encodeValue } from '../../src/storage/journal-codec.ts'
import fc from '../support/fast-check.ts'

const hex = (bytes: number): fc.Arbitrary<`0x${string}`> => fc.uint8Array({ minLength: bytes, maxLength: bytes }).map(toHex)
const [address, hash, signature] = [hex(20), hex(32), hex(65)]
const number = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })
const bitmap = fc.bigInt({ min: 0n, max: 2n ** 256n - 1n })
const source: fc.Arbitrary<CommitmentSource> = fc.oneof(fc.constant(VIA_CHAIN), signature.map(viaSignature))
const row = fc.record({ member: address, commitment: hash, source })
const base = { task: number, round: number, signature }
const kind = <K extends string>(name: K): fc.Arbitrary<K> => fc.constant(name)

const metrics = fc
  .uniqueArray(fc.stringMatching(/^[a-z][a-z0-9_.-]{0,31}$/), { maxLength: 16 })
  .chain((names) =>
    fc.tuple(
      ...names
        .toSorted((a, b) => (a < b ? -1 : 1))
        .map((name) => fc.record({ name: fc.constant(name), millionths: fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }) })),
    ),
  )

/** A message of every kind. */
const arbitraries: { [K in MessageKind]: fc.Arbitrary<Extract<Message, { kind: K }>> } = {
  commitment: fc.record({ kind: kind('commitment'), ...base, member: address, commitment: hash }),
  seal: fc.record({ kind: kind('seal'), task: number, round: number, operator: address, rows: fc.array(row, { maxLength: 5 }) }),
  reveal: fc.record({ kind: kind('reveal'), ...base, member: address, updateRoot: hash, salt: hash }),
  attestation: fc.record({ kind: kind('attestation'), ...base, member: address, commitments: hash, held: bitmap }),
  claim: fc.record({
    kind: kind('claim'),
    ...base,
    operator: address,
    claimHash: hash,
    recordHash: hash,
    openingHash: hash,
    revealed: bitmap,
    attested: bitmap,
    transaction: hash,
  }),
  agreement: fc.record({ kind: kind('agreement'), ...base, member: address, claimHash: hash }),
  receiptNotice: fc.record({ kind: kind('receiptNotice'), ...base, member: address, commitment: hash, operatorKey: address }),
  evaluation: fc.record({
    kind: kind('evaluation'),
    ...base,
    member: address,
    modelRoot: hash,
    samples: fc.integer({ min: 1, max: 2 ** 32 - 1 }),
    metrics,
  }),
  spending: fc.record({
    kind: kind('spending'),
    ...base,
    member: address,
    commitment: hash,
    epsilon: fc.bigInt({ min: 0n, max: 10n ** 11n }),
    total: fc.bigInt({ min: 10n ** 11n, max: 10n ** 12n }),
    delta: fc.bigInt({ min: 1n, max: 10n ** 18n - 1n }),
    steps: fc.uniqueArray(fc.bigInt({ min: 1n, max: 10n ** 15n }), { minLength: 1, maxLength: 8 }).chain((noises) =>
      fc.tuple(
        ...noises
          .toSorted((a, b) => (a < b ? -1 : 1))
          .map((noise) =>
            fc.record({
              noise: fc.constant(noise),
              rate: fc.bigInt({ min: 1n, max: 10n ** 12n }),
              steps: fc.bigInt({ min: 1n, max: 2n ** 53n - 1n }),
            }),
          ),
      ),
    ),
  }),
  void: fc.record({ kind: kind('void'), ...base, member: address, claimHash: hash }),
}
const message: fc.Arbitrary<Message> = fc.oneof(...Object.values(arbitraries))
const receipt: fc.Arbitrary<ReceiptMessage> = fc.record({
  kind: kind('receipt'),
  ...base,
  member: address,
  commitment: hash,
  operator: address,
})
const session: fc.Arbitrary<SessionMessage> = fc.record({
  task: number,
  operator: address,
  member: address,
  peerKey: hash,
  certificate: hash,
  expires: number,
  signature,
})

const record: fc.Arbitrary<RoundRecord> = fc.record({
  version: fc.constant(2 as const),
  chainId: fc.nat(),
  ledger: address,
  task: number,
  round: number,
  base: hash,
  snapshot: fc.record({
    timepoint: fc.nat(),
    totalStake: number,
    members: fc.array(fc.record({ member: address, operatorKey: address, slot: fc.nat(), stake: number }), { maxLength: 3 }),
  }),
  seal: fc.record({ operator: address, operatorKey: address, slot: fc.nat() }),
  rows: fc.array(
    fc.record(
      { member: address, commitment: hash, source, reveal: fc.record({ updateRoot: hash, salt: hash, signature }) },
      { requiredKeys: ['member', 'commitment', 'source'] },
    ),
    { maxLength: 4 },
  ),
  attestations: fc.array(fc.record({ member: address, held: fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }), signature }), {
    maxLength: 3,
  }),
})

describe('round trips', () => {
  it('a commitment keeps its source as bytes', () => {
    fc.assert(
      fc.property(source, (one) => {
        expect(sourceFromBytes(sourceBytes(one))).toEqual(one)
        expect(sourceBytes(one) === '0x').toBe(one.via === 'chain')
      }),
    )
  })

  it('a message survives the bytes of the wire', () => {
    fc.assert(
      fc.property(message, (one) => {
        const bytes = toBinary(GossipMessageSchema, toWire(one))
        expect(fromWire(fromBinary(GossipMessageSchema, bytes))).toEqual(one)
      }),
      { numRuns: 300 },
    )
  })

  it('a receipt and a session survive the bytes of gRPC', () => {
    fc.assert(
      fc.property(receipt, session, (one, other) => {
        const { receipt: receipts, session: sessions } = STATEMENTS
        const receiptBytes = toBinary(ReceiptSchema, create(ReceiptSchema, receipts.wire.to(one)))
        expect(receipts.wire.from(fromBinary(ReceiptSchema, receiptBytes))).toEqual(one)
        const sessionBytes = toBinary(JoinRequestSchema, create(JoinRequestSchema, sessions.wire.to(other)))
        expect(sessions.wire.from(fromBinary(JoinRequestSchema, sessionBytes))).toEqual(other)
      }),
    )
  })

  it('a record survives record.json, forced rows without signature bytes', () => {
    fc.assert(
      fc.property(record, (one) => {
        const text = encodeRecord(one)
        expect(decodeRecord(text)).toEqual(one)
        const { rows } = JSON.parse(text) as { rows: { signature: string }[] }
        expect(rows.map((plain) => plain.signature)).toEqual(one.rows.map((sealed) => sourceBytes(sealed.source)))
      }),
    )
  })

  it('the event of a statement survives the journal', () => {
    const chain: RoundEvent[] = [{ type: 'commitment', member: ZERO_HASH, commitment: ZERO_HASH, source: VIA_CHAIN }]
    fc.assert(
      fc.property(message, receipt, (one, other) => {
        const events = [eventOf(one), STATEMENTS.receipt.event(other), ...chain]
        for (const event of events) if (event) expect(decodeValue(encodeValue(event))).toEqual(event)
      }),
    )
  })
})
