import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  checkRecord,
  commitmentOf,
  commitmentsHash,
  decodeRecord,
  encodeRecord,
  eventOf,
  fromWire,
  initialRoundState,
  messagesOf,
  recordOf,
  reduceRound,
  signStatement,
  toWire,
  validateMessage,
  VIA_CHAIN,
  viaSignature,
  ZERO_HASH,
} from '../../../src/protocol/index.ts'
import type {
  AttestationMessage,
  CommitmentMessage,
  Hash,
  Message,
  ReceiptNoticeMessage,
  RevealMessage,
  RoundState,
  SealMessage,
} from '../../../src/protocol/index.ts'
import { isQuorateError } from '../../../src/core/index.ts'

const domain = { chainId: 31337, ledger: '0x5fbdb2315678afecb367f032d93f642f64180aa3' } as const
const task = 1n
const round = 3n
const keys = Array.from({ length: 3 }, () => privateKeyToAccount(generatePrivateKey()))
const operator = privateKeyToAccount(generatePrivateKey())
const owner = (n: number): Hash => `0x${(n + 1).toString(16).padStart(40, '0')}`
const root: Hash = `0x${'ab'.repeat(32)}`
const salt: Hash = `0x${'cd'.repeat(32)}`
const operatorOwner = owner(9)

const plan = {
  task,
  round,
  openedAt: 1000,
  snapshot: 999,
  windows: { commit: 60, reveal: 20, attest: 20, post: 30, challenge: 100 },
  base: ZERO_HASH,
  operator: operatorOwner,
  operatorKey: operator.address,
  operatorSlot: 9,
  members: keys.map((key, n) => ({ member: owner(n), operatorKey: key.address, slot: n, stake: 100n })),
  totalStake: 300n,
  spec: { toleranceBps: 2500, minSealedBps: 5000, committee: 0 },
  quorumBps: 6667,
}

async function commitment(n: number, update = root): Promise<CommitmentMessage> {
  const body = { task, round, member: owner(n), commitment: commitmentOf(task, round, owner(n), update, salt) }
  return { kind: 'commitment', ...body, signature: await signStatement(domain, 'Commitment', body, keys[n]!) }
}
async function reveal(n: number): Promise<RevealMessage> {
  const body = { task, round, member: owner(n), updateRoot: root, salt }
  return { kind: 'reveal', ...body, signature: await signStatement(domain, 'Reveal', body, keys[n]!) }
}
async function notice(n: number, signer = operator): Promise<ReceiptNoticeMessage> {
  const body = { task, round, member: owner(n), commitment: root }
  const signature = await signStatement(domain, 'Receipt', body, signer)
  return { kind: 'receiptNotice', ...body, operatorKey: signer.address, signature }
}
function listOf(rows: CommitmentMessage[]): SealMessage {
  return {
    kind: 'seal',
    task,
    round,
    operator: operatorOwner,
    rows: rows.map((row) => ({ member: row.member, commitment: row.commitment, source: viaSignature(row.signature) })),
  }
}
/** The round whose seal on chain is over these rows. */
function sealedOver(rows: readonly CommitmentMessage[]): RoundState {
  const [digest, count] = [commitmentsHash(rows), rows.length]
  return reduceRound(open, { type: 'sealed', digest, count, sealedAt: 1010 })
}
async function attest(n: number, commitments: Hash, held: bigint): Promise<AttestationMessage> {
  const body = { task, round, member: owner(n), commitments, held }
  return { kind: 'attestation', ...body, signature: await signStatement(domain, 'Attestation', body, keys[n]!) }
}

const open = initialRoundState(plan)
const judge = async (state: RoundState | undefined, message: Message): Promise<string> => {
  const context = {
    domain,
    task,
    roundState: (asked: bigint) => (asked === round ? state : undefined),
    latestRound: () => round,
  }
  const result = await validateMessage(context, message)
  return result.verdict === 'accept' ? 'accept' : `${result.verdict} ${result.code}`
}

let rows: CommitmentMessage[]
let sealed: RoundState
beforeAll(async () => {
  rows = await Promise.all([0, 1, 2].map(async (n) => commitment(n)))
  sealed = reduceRound(sealedOver(rows), { type: 'seal', rows: listOf(rows).rows })
})

describe('validateMessage', () => {
  it('accepts what is right in its phase', async () => {
    expect(await judge(open, rows[0]!)).toBe('accept')
    expect(await judge(sealedOver(rows), listOf(rows))).toBe('accept')
    expect(await judge(sealed, await reveal(1))).toBe('accept')
    expect(await judge(sealed, await attest(2, sealed.seal!.commitments, 7n))).toBe('accept')
  })

  it('takes a receipt that a member passes on at any time, by the key that has the seat', async () => {
    const message = await notice(0)
    for (const state of [open, sealed, reduceRound(sealed, { type: 'tick', now: 5000 })])
      expect(await judge(state, message)).toBe('accept')
    const known = reduceRound(open, eventOf(message)!)
    expect(messagesOf(known)).toEqual([message])
    expect(await judge(known, message)).toBe('ignore MESSAGE_REPLAYED')
    expect(await judge(known, { ...message, commitment: salt })).toBe('ignore MESSAGE_CONFLICT')
    expect(await judge(open, { ...message, commitment: salt })).toBe('reject SIGNATURE_INVALID')
    // Another node may know another holder of the seat.
    expect(await judge(open, await notice(0, keys[1]))).toBe('ignore MESSAGE_EARLY')
    expect(await judge(open, { ...(await notice(0, keys[1])), operatorKey: operator.address })).toBe('reject SIGNATURE_INVALID')
    expect(await judge(open, await notice(7))).toBe('reject MEMBER_UNKNOWN')
    expect(await judge(open, { ...message, member: operatorOwner })).toBe('reject MEMBER_UNKNOWN')
  })

  it('rejects forged signatures, strangers, other tasks and impossible content', async () => {
    const message = rows[0]!
    expect(await judge(open, { ...message, signature: rows[1]!.signature })).toBe('reject SIGNATURE_INVALID')
    expect(await judge(open, { ...message, member: owner(7) })).toBe('reject MEMBER_UNKNOWN')
    expect(await judge(open, { ...message, task: 2n })).toBe('reject MESSAGE_WRONG_TASK')
    const swapped = [rows[1]!, rows[0]!]
    expect(await judge(sealedOver(swapped), listOf(swapped))).toBe('reject MESSAGE_MALFORMED')
    const forged = [{ ...rows[0]!, signature: rows[1]!.signature }]
    expect(await judge(sealedOver(forged), listOf(forged))).toBe('reject SIGNATURE_INVALID')
    expect(await judge(sealedOver(rows), { ...listOf(rows), operator: owner(7) })).toBe('reject MESSAGE_MALFORMED')
    expect(await judge(sealed, { ...(await reveal(1)), updateRoot: ZERO_HASH })).toBe('reject COMMITMENT_MISMATCH')
    expect(await judge(sealed, await attest(2, sealed.seal!.commitments, 8n))).toBe('reject MESSAGE_MALFORMED')
  })

  it('ignores what is late, early, said before or said differently', async () => {
    const committed = reduceRound(open, { type: 'commitment', ...rows[0]!, source: viaSignature(rows[0]!.signature) })
    expect(await judge(committed, rows[0]!)).toBe('ignore MESSAGE_REPLAYED')
    expect(await judge(committed, await commitment(0, salt))).toBe('ignore MESSAGE_CONFLICT')
    expect(await judge(sealed, rows[0]!)).toBe('ignore MESSAGE_LATE')
    expect(await judge(reduceRound(open, { type: 'tick', now: 1060 }), rows[0]!)).toBe('ignore MESSAGE_LATE')
    expect(await judge(open, await reveal(1))).toBe('ignore MESSAGE_EARLY')
    expect(await judge(open, { ...rows[0]!, round: round + 1n })).toBe('ignore MESSAGE_EARLY')
    expect(await judge(open, { ...rows[0]!, round: round - 1n })).toBe('ignore MESSAGE_WRONG_ROUND')
    expect(await judge(open, listOf(rows))).toBe('ignore MESSAGE_EARLY')
    expect(await judge(sealed, listOf(rows))).toBe('ignore MESSAGE_REPLAYED')
    expect(await judge(sealedOver(rows), listOf(rows.slice(0, 2)))).toBe('ignore MESSAGE_CONFLICT')
  })

  it('takes a row without signature only where the chain has it', async () => {
    const [first, ...others] = listOf(rows).rows
    const message = { ...listOf(rows), rows: [{ ...first!, source: VIA_CHAIN }, ...others] }
    expect(await judge(sealedOver(rows), message)).toBe('ignore MESSAGE_EARLY')
    const known = reduceRound(open, { type: 'commitment', ...first!, source: VIA_CHAIN })
    const [digest, count] = [commitmentsHash(rows), rows.length]
    const fact = { type: 'sealed', digest, count, sealedAt: 1010 } as const
    expect(await judge(reduceRound(known, fact), message)).toBe('accept')
  })

  it('survives the wire unchanged', async () => {
    for (const message of [rows[0]!, listOf(rows), await reveal(1), await attest(2, root, 5n)]) {
      expect(fromWire(toWire(message))).toEqual(message)
    }
  })
})

describe('round record', () => {
  const facts = () => ({
    domain,
    task,
    round,
    base: ZERO_HASH,
    timepoint: 999,
    totalStake: 300n,
    members: plan.members,
    seal: {
      operator: operatorOwner,
      operatorKey: operator.address,
      slot: 9,
      sealedAt: 1010,
      digest: commitmentsHash(rows),
      count: rows.length,
    },
    forced: new Map<string, Hash>(),
    spec: { toleranceBps: 2500, minSealedBps: 5000, committee: 0 },
  })

  /** Rows 0 to 2 attest to hold row 1. */
  async function attested(): Promise<RoundState> {
    let state = reduceRound(sealed, { type: 'reveal', ...(await reveal(1)) })
    for (const n of [0, 1, 2])
      state = reduceRound(state, { type: 'attestation', ...(await attest(n, sealed.seal!.commitments, 2n)) })
    return state
  }

  it('round-trips in canonical form and checks clean', async () => {
    const full = await attested()
    const text = encodeRecord(recordOf(domain, full))
    const record = decodeRecord(text)
    expect(encodeRecord(record)).toBe(text)
    expect(await checkRecord(record, facts())).toEqual([])
  })

  it('names every fault', async () => {
    const record = recordOf(domain, await attested())
    const faults = async (change: (copy: typeof record) => void, other = facts()): Promise<string[]> => {
      const copy = structuredClone(record)
      change(copy)
      return checkRecord(copy, other)
    }
    expect((await faults((copy) => void (copy.snapshot.members[0]!.stake = 1n)))[0]).toMatch(/snapshot differs/)
    expect((await faults((copy) => void copy.rows.pop()))[0]).toMatch(/do not hash to the digest/)
    expect((await faults((copy) => void (copy.rows[1]!.reveal!.salt = root)))[0]).toMatch(/does not open/)
    expect((await faults((copy) => void (copy.rows[0]!.source = copy.rows[1]!.source)))[0]).toMatch(/not signed by its key/)
    expect((await faults(() => {}, { ...facts(), forced: new Map([[owner(9), root]]) }))[0]).toMatch(
      /forced a commitment on chain/,
    )
    expect((await faults((copy) => void (copy.seal.slot = 1)))[0]).toMatch(/seal differs/)
    expect((await faults(() => {}, { ...facts(), base: root }))[0]).toMatch(/builds on another claim/)
    const only = (count: number) => (copy: typeof record) => void copy.attestations.splice(count)
    expect(await faults(only(2))).toEqual([])
    expect((await faults(only(1)))[0]).toMatch(/33.3 % of the sealed weight attest, not more than 50 %/)
    expect((await faults((copy) => void (copy.attestations[0]!.member = owner(9))))[0]).toMatch(/has no row/)
    expect((await faults((copy) => void delete copy.rows[1]!.reveal))[0]).toMatch(/has no reveal of it/)
    const poor = { ...facts(), spec: { ...facts().spec, minSealedBps: 10_000 }, totalStake: 301n }
    expect(await faults((copy) => void (copy.snapshot.totalStake = 301n), poor)).toEqual([
      expect.stringMatching(/99.6 % of the stake is sealed, less than the task's 100 %/),
    ])
  })

  it('R27: a full record may lack a forced commitment if its member has the highest ticket', async () => {
    const record = recordOf(domain, await attested())
    const drawn = Array.from({ length: 129 }, (_, slot) => ({
      member: owner(slot),
      operatorKey: owner(slot),
      slot,
      stake: 1n,
      ticket: BigInt(slot),
    }))
    const lack = async (left: number, count: number): Promise<string[]> => {
      const chosen = drawn.filter(({ slot }) => slot !== left).slice(0, count)
      const forged = { ...record, rows: chosen.map(({ member }) => ({ ...record.rows[0]!, member })) }
      const faults = await checkRecord(forged, { ...facts(), members: drawn, forced: new Map([[owner(left), root]]) })
      return faults.filter((fault) => fault.includes('forced a commitment'))
    }
    expect(await lack(128, 128)).toEqual([])
    expect(await lack(128, 127)).toHaveLength(1)
    expect(await lack(64, 128)).toHaveLength(1)
  })

  it('refuses text that is not canonical or not a record', () => {
    const text = encodeRecord(recordOf(domain, sealed))
    for (const bad of ['', '{}', text.replace('{', '{ '), text.replace('"version":2', '"version":3')]) {
      let code: unknown
      try {
        decodeRecord(bad)
      } catch (error) {
        code = isQuorateError(error) && error.code
      }
      expect(code).toBe('MESSAGE_MALFORMED')
    }
  })
})
