import { describe, expect, it } from 'vitest'
import { documentRequest, encodeHead, HEAD_BYTES, updateRequest } from '../../../src/network/blob/blob-protocol.ts'
import { decodeGossip, encodeGossip, peekKind } from '../../../src/network/gossip/decode-gossip.ts'
import { gossipKinds, networkLimits } from '../../../src/network/limits.ts'
import { MAX_MEMBERS, METRIC_LIMITS, SPENDING_LIMITS, SEGMENT, viaSignature } from '../../../src/protocol/index.ts'
import type { Hash, Hex, Message, MessageKind } from '../../../src/protocol/index.ts'

const MAX = 2n ** 64n - 1n
const member: Hex = `0x${'fe'.repeat(20)}`
const hash: Hash = `0x${'fd'.repeat(32)}`
const signature: Hex = `0x${'fc'.repeat(65)}`
const base = { task: MAX, round: MAX, signature }

/** The largest honest message of each kind. */
const largest: Record<MessageKind, Message> = {
  commitment: { kind: 'commitment', ...base, member, commitment: hash },
  seal: {
    kind: 'seal',
    task: MAX,
    round: MAX,
    operator: member,
    rows: Array.from({ length: MAX_MEMBERS }, () => ({ member, commitment: hash, source: viaSignature(signature) })),
  },
  reveal: { kind: 'reveal', ...base, member, updateRoot: hash, salt: hash },
  attestation: { kind: 'attestation', ...base, member, commitments: hash, held: 2n ** 256n - 1n },
  claim: {
    kind: 'claim',
    ...base,
    operator: member,
    claimHash: hash,
    recordHash: hash,
    openingHash: hash,
    revealed: 2n ** 256n - 1n,
    attested: 2n ** 256n - 1n,
    transaction: hash,
  },
  agreement: { kind: 'agreement', ...base, member, claimHash: hash },
  receiptNotice: { kind: 'receiptNotice', ...base, member, commitment: hash, operatorKey: member },
  evaluation: {
    kind: 'evaluation',
    ...base,
    member,
    modelRoot: hash,
    samples: 2 ** 32 - 1,
    metrics: Array.from({ length: METRIC_LIMITS.metrics }, (_, index) => ({
      name: String.fromCharCode(97 + index).repeat(METRIC_LIMITS.nameLength),
      millionths: -METRIC_LIMITS.most,
    })),
  },
  spending: {
    kind: 'spending',
    ...base,
    member,
    commitment: hash,
    epsilon: SPENDING_LIMITS.epsilon,
    total: SPENDING_LIMITS.epsilon,
    delta: 10n ** 18n - 1n,
    steps: Array.from({ length: SPENDING_LIMITS.kinds }, (_, index) => ({
      noise: SPENDING_LIMITS.noise - BigInt(SPENDING_LIMITS.kinds - index),
      rate: 10n ** 12n,
      steps: SPENDING_LIMITS.steps,
    })),
  },
  void: { kind: 'void', ...base, member, claimHash: hash },
}

describe('gossip limits', () => {
  it.each(gossipKinds)('leave room for the largest honest %s, which comes back as it went', (kind) => {
    const bytes = encodeGossip(largest[kind])
    expect(peekKind(bytes)).toBe(kind)
    expect(decodeGossip(bytes)).toEqual(largest[kind])
    expect(bytes.length * 2).toBeGreaterThan(Math.min(300, networkLimits.gossip[kind].maxBytes / 2))
  })

  it('leave room for a whole round in one catch-up and one gossipsub frame', () => {
    const sizes = Object.fromEntries(gossipKinds.map((kind) => [kind, encodeGossip(largest[kind]).length + 3]))
    const perMember =
      sizes.commitment! +
      sizes.receiptNotice! +
      sizes.reveal! +
      sizes.attestation! +
      sizes.agreement! +
      sizes.evaluation! +
      sizes.spending! +
      sizes.void!
    const round = MAX_MEMBERS * perMember + sizes.seal! + sizes.claim!
    expect(round).toBeLessThan(networkLimits.sync.responseBytes)
    expect(8 * MAX_MEMBERS + 2).toBeLessThanOrEqual(networkLimits.sync.messages)
    expect(round * 2).toBeLessThan(networkLimits.gossipFrameBytes)
  })

  it('leave room for the largest blob requests and frames', () => {
    const root: Hash = `0x${'ff'.repeat(32)}`
    // Segment numbers go up to 2^17.
    const segments = Array.from({ length: networkLimits.blob.batch }, (_, i) => 2 ** 17 - i)
    expect(updateRequest(root, segments).length).toBeLessThanOrEqual(networkLimits.blob.requestBytes)
    const { documentBytes, documentRange, segmentsPerFrame } = networkLimits.blob
    expect(documentRequest(root, documentBytes, documentRange).length).toBeLessThanOrEqual(networkLimits.blob.requestBytes)
    const head = encodeHead({ length: documentRange, size: BigInt(Number.MAX_SAFE_INTEGER) })
    expect(head.length).toBeLessThanOrEqual(HEAD_BYTES)
    expect(segmentsPerFrame * SEGMENT).toBeLessThanOrEqual(networkLimits.frameBytes)
  })
})

describe('decodeGossip', () => {
  const commitment = encodeGossip(largest.commitment)
  const seal = encodeGossip(largest.seal)

  it.each([
    ['nothing', new Uint8Array()],
    ['an unknown kind', new Uint8Array([0x7a, 0])],
    ['a varint field', new Uint8Array([0x08, 1])],
    ['a truncated message', commitment.subarray(0, 40)],
    ['a second kind behind the first', new Uint8Array([...encodeGossip(largest.agreement), ...commitment])],
    ['a short signature', encodeRaw(commitment)],
  ])('refuses %s', (_, bytes) => {
    expect(() => decodeGossip(bytes)).toThrow(expect.objectContaining({ code: 'MESSAGE_MALFORMED' }))
  })

  it('checks the size of the kind before it decodes', () => {
    const bloated = new Uint8Array(networkLimits.gossip.seal.maxBytes + 1)
    bloated.set(seal)
    expect(() => decodeGossip(bloated)).toThrow(expect.objectContaining({ code: 'MESSAGE_TOO_LARGE' }))
    expect(() => decodeGossip(new Uint8Array([commitment[0]!, ...seal.subarray(1)]))).toThrow(
      expect.objectContaining({ code: 'MESSAGE_TOO_LARGE' }),
    )
  })
})

/** A commitment whose signature lost a byte, correctly framed. */
function encodeRaw(bytes: Uint8Array): Uint8Array {
  const short = bytes.slice(0, -1)
  // tag 0x0a, two length bytes; then fields, the last being the signature: tag 0x2a, length 65.
  const length = (short[1]! & 0x7f) + (short[2]! << 7) - 1
  short[1] = (length & 0x7f) | 0x80
  short[2] = length >> 7
  short[short.length - 65] = 64
  return short
}
