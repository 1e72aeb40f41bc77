import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { create, toBinary } from '@bufbuild/protobuf'
import { describe, expect, it } from 'vitest'
import { EvaluationSchema, GossipMessageSchema, SpendingSchema } from '../../../src/protocol/gen/quorate/v1/messages_pb.ts'
import {
  commitmentsHash,
  encodeRecord,
  evaluationDigest,
  eventOf,
  initialRoundState,
  judgeAgreement,
  judgeEvaluation,
  keccak,
  messagesOf,
  metricsOf,
  metricValues,
  reduceRound,
  spendingNumbers,
  spendingOf,
  statementDigest,
  STATEMENTS,
  toHex,
  toWire,
  VIA_CHAIN,
  viaSignature,
  ZERO_HASH,
} from '../../../src/protocol/index.ts'
import type {
  ClaimWorld,
  EvaluationMessage,
  GossipStatement,
  Hash,
  Hex,
  Message,
  MessageKind,
  ModelWorld,
  ReceiptMessage,
  RoundEvent,
  RoundRecord,
  RoundState,
  SessionMessage,
  SpendingMessage,
  TypedData,
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
    revealed: 3n,
    attested: 1n,
    transaction: hash('c6'),
    operator,
    signature: signature('55'),
  },
  agreement: { kind: 'agreement', ...base, member: first, claimHash: hash('c3'), signature: signature('56') },
  receiptNotice: {
    kind: 'receiptNotice',
    ...base,
    member: first,
    commitment: hash('c1'),
    operatorKey: address('0f'),
    signature: signature('58'),
  },
  evaluation: {
    kind: 'evaluation',
    ...base,
    member: first,
    modelRoot: hash('c7'),
    samples: 250,
    metrics: [
      { name: 'accuracy', millionths: 912_500n },
      { name: 'loss', millionths: 281_000n },
    ],
    signature: signature('59'),
  },
  spending: {
    kind: 'spending',
    ...base,
    member: first,
    commitment: hash('c1'),
    epsilon: 412_345n,
    total: 2_500_000n,
    delta: 10n ** 13n,
    steps: [
      { noise: 1_000_000_000n, rate: 50_000_000_000n, steps: 5n },
      { noise: 1_100_000_000n, rate: 50_000_000_000n, steps: 20n },
    ],
    signature: signature('5a'),
  },
  void: { kind: 'void', ...base, member: first, claimHash: ZERO_HASH, signature: signature('57') },
}

const record: RoundRecord = {
  version: 2,
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
  seal: { operator, operatorKey: address('0f'), slot: 100 },
  rows: [
    { ...messages.seal.rows[0]!, reveal: { updateRoot: hash('d1'), salt: hash('5a'), signature: signature('53') } },
    messages.seal.rows[1]!,
  ],
  attestations: [{ member: first, held: 3n, signature: signature('54') }],
}

const open = initialRoundState({
  ...base,
  openedAt: 1000,
  snapshot: 999,
  windows: { commit: 60, reveal: 60, attest: 60, post: 60, challenge: 600 },
  base: ZERO_HASH,
  operator,
  operatorKey: address('0f'),
  operatorSlot: 100,
  members: record.snapshot.members,
  totalStake: 5n,
  spec: { toleranceBps: 2500, minSealedBps: 5000, committee: 0 },
  quorumBps: 6667,
})
/** A list counts once the chain has its digest. */
const take = (state: RoundState, message: Message): RoundState => {
  const event = eventOf(message)
  const before = message.kind === 'seal' ? reduceRound(state, sealedOver(message)) : state
  return event ? reduceRound(before, event) : before
}
const sealedOver = ({ rows }: Extract<Message, { kind: 'seal' }>): RoundEvent => ({
  type: 'sealed',
  digest: commitmentsHash(rows),
  count: rows.length,
  sealedAt: 1060,
})
const digest = (bytes: Uint8Array): Hash => toHex(keccak(bytes))

describe('bytes of statements', () => {
  // Two versions that encode a statement differently cannot talk to each other, nor audit each other's rounds.
  it.each(
    Object.entries({
      commitment: '0xf0336b5055634fa64d1c0c31c4a399d2cfa8607b349bc8a13d5d5d06d86be69c',
      seal: '0xe9d6457281380f55ae51082164d692881dadabc649fc9be8218e30829932a1ff',
      reveal: '0xac40d1cc171a5eb6bd4ab7f6c8710bee7815f8e312214eeade8e611746cf9c72',
      attestation: '0xfeeb6964850731eca1797c35294d72df2f2627b0523ffefa7c734befd19550ee',
      claim: '0xe165222889c498326eebbfec75a855c4f581d41ee507c97987b1dab72ff0a435',
      agreement: '0x5b3e29de7be8b81b3acfa6da822fe3e1e0ae1d5abf34993ec6eefd8ab027e4c7',
      receiptNotice: '0x6d5db6dd0ba77e2f879decad5b1c03c852c3daae2ba55ff9db1df8143c3be14a',
      evaluation: '0xe9e4eef4a1497e04e30e58612545e9161a3934dfe56c8f3e99433a4fbd7f7beb',
      spending: '0xb64c681189dbcb188282aa399fc4165b2d387048e08f306207d61e1b4e58e6f9',
      void: '0xdecdf4403f15c43e82aebe15ec3c071e707c76e28f4e1cd542742c1b51276f33',
    } satisfies Record<MessageKind, Hash>),
  )('of a %s on the wire are fixed', (kind, expected) => {
    expect(digest(toBinary(GossipMessageSchema, toWire(messages[kind as MessageKind])))).toBe(expected)
  })

  it('of a record are fixed; a forced row has no signature bytes', () => {
    const text = encodeRecord(record)
    expect(JSON.parse(text)).toMatchObject({ rows: [{ signature: signature('51') }, { signature: '0x' }] })
    expect(digest(new TextEncoder().encode(text))).toBe('0x714ae1b1465888929f961e222a82aa4793b7faa2f5577ce3c3f9ab64c0a3b813')
  })
})

describe('the table of statements', () => {
  it('is what docs/protocol.md lists', () => {
    const listed = readFileSync(resolve(import.meta.dirname, '../../../docs/protocol.md'), 'utf8')
    const structs = Object.values(STATEMENTS).flatMap<TypedData>(({ typed }) => (typed === null ? [] : [typed]))
    for (const typed of structs) {
      const fields = Object.entries(typed.fields).map(([name, type]) => `${type} ${name}`)
      expect(listed).toContain(`${typed.name}(${fields.join(',')})`)
    }
  })

  it('has every part of every statement, or does not compile', () => {
    const { by: _by, ...withoutSigner } = STATEMENTS.reveal
    // @ts-expect-error whose key signs a reveal must be said
    const half: GossipStatement = withoutSigner
    const { receipt: _receipt, session: _session, agreement: _agreement, ...withoutAgreement } = STATEMENTS
    // @ts-expect-error every kind that the protobuf message can hold must be there
    const table: Record<MessageKind, unknown> = withoutAgreement
    expect([Object.keys(half).length, Object.keys(table).length]).toEqual([Object.keys(STATEMENTS.seal).length - 1, 9])
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

describe('an evaluation', () => {
  const { evaluation } = messages
  const world = { modelRoot: hash('c7'), newest: 9n, known: undefined }
  it.each<[string, Partial<ModelWorld>, string | undefined]>([
    ['is taken for the model that stands', {}, undefined],
    ['is known already', { known: evaluationDigest(evaluation) }, 'MESSAGE_REPLAYED'],
    ['differs from one that is known', { known: evaluationDigest({ ...evaluation, samples: 1 }) }, 'MESSAGE_CONFLICT'],
    ['is of another model', { modelRoot: hash('c9') }, 'MESSAGE_EARLY'],
    ['is of a round that is void or forgotten', { modelRoot: undefined }, 'MESSAGE_LATE'],
    ['is of a claim that is not known yet', { modelRoot: undefined, newest: 6n }, 'MESSAGE_EARLY'],
  ])('%s', (_, change, code) => expect(judgeEvaluation(evaluation, { ...world, ...change })?.code).toBe(code))

  it.each<[string, Partial<EvaluationMessage>]>([
    ['no samples', { samples: 0 }],
    [
      'too many numbers',
      { metrics: Array.from({ length: 17 }, (_, i) => ({ name: String.fromCharCode(97 + i), millionths: 0n })) },
    ],
    ['numbers out of order', { metrics: evaluation.metrics.toReversed() }],
    ['a number twice', { metrics: [evaluation.metrics[0]!, evaluation.metrics[0]!] }],
    ['a number out of bounds', { metrics: [{ name: 'loss', millionths: 10n ** 12n + 1n }] }],
    ['text in place of a name', { metrics: [{ name: 'Loss of ward B', millionths: 0n }] }],
    ['an empty name', { metrics: [{ name: '', millionths: 0n }] }],
  ])('with %s is malformed', (_, change) => {
    const wire = create(EvaluationSchema, STATEMENTS.evaluation.wire.to({ ...evaluation, ...change }))
    expect(() => STATEMENTS.evaluation.wire.from(wire)).toThrowError(expect.objectContaining({ code: 'MESSAGE_MALFORMED' }))
  })

  it('signs every number', () => {
    const digestOf = (change: Partial<EvaluationMessage>): Hash =>
      statementDigest(
        { chainId: 31_337, ledger: address('1e') },
        'Evaluation',
        STATEMENTS.evaluation.body({ ...evaluation, ...change }),
      )
    const changed = [
      { task: 2n },
      { round: 99n },
      { modelRoot: hash('c8') },
      { samples: 251 },
      { metrics: [] },
      { metrics: [evaluation.metrics[0]!, { name: 'loss', millionths: 281_001n }] },
    ]
    expect(new Set([{}, ...changed].map(digestOf)).size).toBe(changed.length + 1)
  })

  it('writes numbers in their one form, and leaves out what is no number', () => {
    expect(metricsOf({ loss: 0.25, accuracy: 0.9123456, auc: Number.NaN, mae: Infinity, 'a b': 1, huge: 1e7 })).toEqual([
      { name: 'accuracy', millionths: 912_346n },
      { name: 'loss', millionths: 250_000n },
    ])
    expect(metricValues(metricsOf({ loss: -0.5 }))).toEqual({ loss: -0.5 })
  })
})

describe('a spending', () => {
  const { spending } = messages
  const of = (state: Partial<Pick<RoundState, 'seal' | 'commitments'>>): RoundState =>
    ({ seal: undefined, commitments: new Map(), ...state }) as unknown as RoundState
  const judge = (state: RoundState): string | undefined =>
    STATEMENTS.spending.judge(spending, { domain: { chainId: 31_337, ledger: address('1e') }, state })?.code
  const row = { member: first, commitment: hash('c1'), source: VIA_CHAIN }

  it('belongs to the update that its member committed to', () => {
    expect(judge(of({ commitments: new Map([[first, row]]) }))).toBeUndefined()
    expect(judge(of({ commitments: new Map() }))).toBe('MESSAGE_EARLY')
    expect(judge(of({ commitments: new Map([[first, { ...row, commitment: hash('c2') }]]) }))).toBe('MESSAGE_CONFLICT')
    const sealed = (rows: readonly (typeof row)[]) =>
      of({ seal: { rows: rows.map((one) => ({ ...one, slot: 0 })), commitments: hash('cc'), sealedAt: 1, listedAt: 1 } })
    expect(judge(sealed([row]))).toBeUndefined()
    // What the chain sealed is the commitment of the round, whatever else was heard.
    expect(judge(of({ ...sealed([{ ...row, commitment: hash('c2') }]), commitments: new Map([[first, row]]) }))).toBe(
      'MESSAGE_CONFLICT',
    )
  })

  const [one, two] = spending.steps
  it.each<[string, Partial<SpendingMessage>]>([
    ['no steps', { steps: [] }],
    ['no noise', { steps: [{ ...one!, noise: 0n }] }],
    ['steps that draw no record', { steps: [{ ...one!, rate: 0n }] }],
    ['a sampling rate above one', { steps: [{ ...one!, rate: 10n ** 12n + 1n }] }],
    ['none of a kind of steps', { steps: [{ ...one!, steps: 0n }] }],
    ['too many kinds of steps', { steps: Array.from({ length: 9 }, (_, at) => ({ ...one!, noise: BigInt(at + 1) })) }],
    ['steps out of order', { steps: [two!, one!] }],
    ['a kind of steps twice', { steps: [one!, one!] }],
    ['less in all than in the round', { total: 412_344n }],
    ['an ε out of bounds', { total: 10n ** 12n + 1n }],
    ['a δ of nothing', { delta: 0n }],
    ['a δ of one', { delta: 10n ** 18n }],
  ])('with %s is malformed', (_, change) => {
    const wire = create(SpendingSchema, STATEMENTS.spending.wire.to({ ...spending, ...change }))
    expect(() => STATEMENTS.spending.wire.from(wire)).toThrowError(expect.objectContaining({ code: 'MESSAGE_MALFORMED' }))
  })

  it('signs every number', () => {
    const digestOf = (change: Partial<SpendingMessage>): Hash =>
      statementDigest(
        { chainId: 31_337, ledger: address('1e') },
        'Spending',
        STATEMENTS.spending.body({ ...spending, ...change }),
      )
    const changed: Partial<SpendingMessage>[] = [
      { task: 2n },
      { round: 99n },
      { commitment: hash('c8') },
      { epsilon: 1n },
      { total: 1n },
      { delta: 1n },
      { steps: [one!] },
      { steps: [{ ...one!, steps: 6n }, two!] },
    ]
    expect(new Set([{}, ...changed].map(digestOf)).size).toBe(changed.length + 1)
  })

  it('rounds its numbers so that it never says less than was spent', () => {
    const steps = [
      { noiseMultiplier: 1.1, samplingRate: 1 / 3, steps: 2 },
      { noiseMultiplier: 1.1, samplingRate: 1 / 3, steps: 3 },
      { noiseMultiplier: 0.700_000_000_9, samplingRate: 1, steps: 1 },
    ]
    const stated = spendingOf({ epsilon: 0.1234561, total: 1, delta: 1e-5, steps })!
    expect(stated).toEqual({
      epsilon: 123_457n,
      total: 1_000_000n,
      delta: 10n ** 13n,
      steps: [
        { noise: 700_000_000n, rate: 10n ** 12n, steps: 1n },
        { noise: 1_100_000_000n, rate: 333_333_333_334n, steps: 5n },
      ],
    })
    expect(spendingNumbers(stated).steps[1]).toEqual({ noiseMultiplier: 1.1, samplingRate: 0.333_333_333_334, steps: 5 })
    // No noise, and more than a statement has room for, have no form.
    expect(spendingOf({ epsilon: 1, total: 1, delta: 1e-5, steps: [{ ...steps[0]!, noiseMultiplier: 0 }] })).toBeUndefined()
    expect(spendingOf({ epsilon: 1e7, total: 1e7, delta: 1e-5, steps })).toBeUndefined()
  })
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
