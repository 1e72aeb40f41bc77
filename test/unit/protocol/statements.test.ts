import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { toBinary } from '@bufbuild/protobuf'
import { describe, expect, it } from 'vitest'
import { GossipMessageSchema } from '../../../src/protocol/gen/quorate/v1/messages_pb.ts'
import {
  conflictOf,
  encodeRecord,
  eventOf,
  initialRoundState,
  judgeAgreement,
  keccak,
  messagesOf,
  reduceRound,
  STATEMENTS,
  toHex,
  toWire,
  VIA_CHAIN,
  viaSignature,
  ZERO_HASH,
} from '../../../src/protocol/index.ts'
import type {
  ClaimWorld,
  ConflictKind,
  GossipStatement,
  Hash,
  Hex,
  Message,
  MessageKind,
  ReceiptMessage,
  RoundRecord,
  RoundState,
  SessionMessage,
  StatementDefinition,
} from '../../../src/protocol/index.ts'

const address = (byte: string): Hex => `0x${byte.repeat(20)}`
const hash = (byte: string): Hash => `0x${byte.repeat(32)}`
const signature = (byte: string): Hex => `0x${byte.repeat(65)}`
const base = { task: 1n, round: 7n }
const [first, second, operator] = [address('a1'), address('a2'), address('0e')]

const messages: { [K in MessageKind]: Extract<Message, { kind: K }> } = {
  commitment: { kind: 'commitment', ...base, member: first, commitment: hash('c1'), signature: signature('51') },
  seal: {
    kind: 'seal',
    ...base,
    operator,
    signature: signature('52'),
    rows: [
      { member: first, commitment: hash('c1'), source: viaSignature(signature('51')) },
      { member: second, commitment: hash('c2'), source: VIA_CHAIN },
    ],
  },
  reveal: { kind: 'reveal', ...base, member: first, updateRoot: hash('d1'), salt: hash('5a'), signature: signature('53') },
  attestation: {
    kind: 'attestation',
    ...base,
    member: first,
    commitments: hash('cc'),
    held: 3n,
    signature: signature('54'),
  },
  claim: {
    kind: 'claim',
    ...base,
    claimHash: hash('c3'),
    recordHash: hash('c4'),
    openingHash: hash('c5'),
    operator,
    signature: signature('55'),
  },
  agreement: { kind: 'agreement', ...base, member: first, claimHash: hash('c3'), signature: signature('56') },
}

const record: RoundRecord = {
  version: 1,
  chainId: 31_337,
  ledger: address('1e'),
  ...base,
  base: hash('ba'),
  snapshot: {
    timepoint: 9,
    totalStake: 5n,
    members: [
      { member: first, operatorKey: address('b1'), slot: 0, stake: 2n },
      { member: second, operatorKey: address('b2'), slot: 1, stake: 3n },
    ],
  },
  seal: { operator, operatorKey: address('0f'), signature: signature('52') },
  rows: [
    { ...messages.seal.rows[0]!, reveal: { updateRoot: hash('d1'), salt: hash('5a'), signature: signature('53') } },
    messages.seal.rows[1]!,
  ],
  attestations: [{ member: first, held: 3n, signature: signature('54') }],
}

const open = initialRoundState({
  ...base,
  openedAt: 1000,
  windows: { commit: 60, reveal: 60, attest: 60, post: 60, takeover: 60, challenge: 600 },
  base: ZERO_HASH,
  operator,
  operatorKey: address('0f'),
  members: record.snapshot.members,
  totalStake: 5n,
  quorumBps: 6667,
})
const take = (state: RoundState, message: Message): RoundState => {
  const event = eventOf(message, { state, operatorKey: () => undefined })
  return event ? reduceRound(state, event) : state
}
const digest = (bytes: Uint8Array): Hash => toHex(keccak(bytes))

describe('bytes of statements', () => {
  // Two versions that encode a statement differently cannot talk to each other, nor audit each other's rounds.
  it.each(
    Object.entries({
      commitment: '0xf0336b5055634fa64d1c0c31c4a399d2cfa8607b349bc8a13d5d5d06d86be69c',
      seal: '0x10a6b49029a0359ca703acd078095f3f6d40ac0acf8ebc65820ce420236a34b8',
      reveal: '0xac40d1cc171a5eb6bd4ab7f6c8710bee7815f8e312214eeade8e611746cf9c72',
      attestation: '0xfeeb6964850731eca1797c35294d72df2f2627b0523ffefa7c734befd19550ee',
      claim: '0x1c942045326d5be5d5c3afca8649067736a4ff816ce3dcb9e41a18bc0bd60036',
      agreement: '0x5b3e29de7be8b81b3acfa6da822fe3e1e0ae1d5abf34993ec6eefd8ab027e4c7',
    } satisfies Record<MessageKind, Hash>),
  )('of a %s on the wire are fixed', (kind, expected) => {
    expect(digest(toBinary(GossipMessageSchema, toWire(messages[kind as MessageKind])))).toBe(expected)
  })

  it('of a record are fixed; a forced row has no signature bytes', () => {
    const text = encodeRecord(record)
    expect(JSON.parse(text)).toMatchObject({ rows: [{ signature: signature('51') }, { signature: '0x' }] })
    expect(digest(new TextEncoder().encode(text))).toBe('0x1fe69857a22fc68eb299aae4aa6c88b0910b2391fc97dbcc4f14010a660a99b7')
  })
})

describe('the table of statements', () => {
  it('is what docs/protocol.md lists', () => {
    const listed = readFileSync(resolve(import.meta.dirname, '../../../docs/protocol.md'), 'utf8')
    for (const { typed } of Object.values<StatementDefinition>(STATEMENTS)) {
      const fields = Object.entries(typed.fields).map(([name, type]) => `${type} ${name}`)
      expect(listed).toContain(`${typed.name}(${fields.join(',')})`)
    }
  })

  it('has every part of every statement, or does not compile', () => {
    const { conflict: _conflict, ...withoutConflict } = STATEMENTS.reveal
    // @ts-expect-error whether two reveals contradict each other must be said
    const half: GossipStatement = withoutConflict
    const { receipt: _receipt, session: _session, agreement: _agreement, ...withoutAgreement } = STATEMENTS
    // @ts-expect-error every kind that the protobuf message can hold must be there
    const table: Record<MessageKind, unknown> = withoutAgreement
    expect([Object.keys(half).length, Object.keys(table).length]).toEqual([Object.keys(STATEMENTS.seal).length - 1, 5])
  })
})

describe('a round', () => {
  it('tells a peer what it took, except what came from the chain', () => {
    let state = take(open, messages.commitment)
    state = reduceRound(state, { type: 'commitment', member: second, commitment: hash('c2'), source: VIA_CHAIN })
    expect(messagesOf(state)).toEqual([messages.commitment])
    state = take(state, messages.seal)
    const { commitments } = state.seal!
    const after = [messages.reveal, { ...messages.attestation, commitments }]
    for (const message of after) state = take(state, message)
    expect(messagesOf(state)).toEqual([messages.commitment, messages.seal, ...after])
    // Both are about the claim, which outlives the round.
    for (const message of [messages.claim, messages.agreement]) expect(take(state, message)).toBe(state)
  })

  it('tells no reveals without the seal that they open', () => {
    const state = take(take(take(open, messages.commitment), messages.seal), messages.reveal)
    const { seal: _seal, ...unsealed } = state
    expect(messagesOf(unsealed)).toEqual([messages.commitment])
  })

  it.each<[ConflictKind, Message, Message]>([
    ['commitment', messages.commitment, { ...messages.commitment, commitment: hash('c9') }],
    ['seal', messages.seal, { ...messages.seal, rows: [] }],
    ['attestation', messages.attestation, { ...messages.attestation, held: 1n }],
  ])('shows two %ss that contradict each other', (kind, said, other) => {
    let state = kind === 'attestation' ? take(take(open, messages.commitment), messages.seal) : open
    const about = (message: Message): Message =>
      message.kind === 'attestation' ? { ...message, commitments: state.seal!.commitments } : message
    state = take(state, about(said))
    expect(conflictOf(state, about(said))).toBeUndefined()
    expect(conflictOf(state, about({ ...other, signature: signature('99') }))).toMatchObject({
      kind,
      round: 7n,
      signer: kind === 'seal' ? operator : first,
      first: { signature: said.signature },
      second: { signature: signature('99') },
    })
  })

  it('holds no second agreement, reveal or notice against its author', () => {
    const state = take(take(take(open, messages.commitment), messages.seal), messages.reveal)
    expect(conflictOf(state, { ...messages.reveal, updateRoot: hash('d9') })).toBeUndefined()
    expect(conflictOf(state, { ...messages.agreement, claimHash: hash('c9') })).toBeUndefined()
    expect(conflictOf(state, { ...messages.claim, claimHash: hash('c9') })).toBeUndefined()
  })
})

describe('an agreement is judged by the claim that stands', () => {
  const { agreement } = messages
  const world = { claimHash: hash('c3'), newest: 9n, agreed: false }
  it.each<[string, Partial<ClaimWorld>, string | undefined]>([
    ['it is about that claim', {}, undefined],
    ['the member has agreed to it', { agreed: true }, 'MESSAGE_REPLAYED'],
    ['another claim stands in its round', { claimHash: hash('c9') }, 'MESSAGE_EARLY'],
    ['its round is final, void or forgotten', { claimHash: undefined }, 'MESSAGE_LATE'],
    ['the claim of its round is not known yet', { claimHash: undefined, newest: 6n }, 'MESSAGE_EARLY'],
  ])('%s', (_, change, code) => expect(judgeAgreement(agreement, { ...world, ...change })?.code).toBe(code))
})

describe('statements that do not travel by gossip', () => {
  const { commitment } = messages
  const receipt: ReceiptMessage = { ...commitment, kind: 'receipt', operator }
  const asked = { task: 1n, operator, certificate: hash('ce') }
  const session: SessionMessage = { ...asked, member: first, peerKey: hash('b1'), expires: 9n, signature: signature('57') }

  it('a receipt is for the commitment that was handed in, by the operator that was asked', () => {
    const world = { sent: commitment, operator }
    const judge = (change: Partial<ReceiptMessage>): string | undefined =>
      STATEMENTS.receipt.judge({ ...receipt, ...change }, world)?.code
    expect(judge({})).toBeUndefined()
    expect(judge({ task: 2n })).toBe('MESSAGE_WRONG_TASK')
    expect(judge({ round: 8n })).toBe('MESSAGE_WRONG_ROUND')
    expect(judge({ operator: second })).toBe('MESSAGE_MALFORMED')
    expect(judge({ member: second })).toBe('COMMITMENT_MISMATCH')
    expect(judge({ commitment: hash('c9') })).toBe('COMMITMENT_MISMATCH')
  })

  it('a session is for a bonded member and its registered peer key', () => {
    const account = { operatorKey: address('b1'), peerKey: hash('b1') }
    const judge = (known: typeof account | undefined): string | undefined =>
      STATEMENTS.session.judge(session, { ledger: address('1e'), asked, account: known })?.code
    expect(judge(account)).toBeUndefined()
    expect(judge(undefined)).toBe('KEY_NOT_BONDED')
    expect(judge({ ...account, peerKey: hash('b2') })).toBe('KEY_NOT_REGISTERED')
  })

  it('a session is for the task, the operator and the certificate that are asked', () => {
    const account = { operatorKey: address('b1'), peerKey: hash('b1') }
    const judge = (change: Partial<SessionMessage>): string | undefined =>
      STATEMENTS.session.judge({ ...session, ...change }, { ledger: address('1e'), asked, account })?.code
    expect(judge({})).toBeUndefined()
    expect(judge({ task: 2n })).toBe('MESSAGE_WRONG_TASK')
    expect(judge({ operator: second })).toBe('SESSION_MISDIRECTED')
    expect(judge({ certificate: hash('cf') })).toBe('SESSION_MISDIRECTED')
  })
})
