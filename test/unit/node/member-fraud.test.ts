import { keccak256, stringToBytes } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { describe, expect, it } from 'vitest'
import { memberFraud } from '../../../src/node/index.ts'
import type { KnownOfRound } from '../../../src/node/index.ts'
import { initialRoundState, reduceRound, signStatement, viaSignature, ZERO_HASH } from '../../../src/protocol/index.ts'
import type { Address, RoundPlan, RoundRecord, RoundState } from '../../../src/protocol/index.ts'
import { MEMBERS, TASK } from '../../support/judge/random-round.ts'
import { hashOfSignature, signedRound, signReceipt, TEST_DOMAIN } from '../../support/judge/signed-round.ts'
import type { SignedRound } from '../../support/judge/signed-round.ts'

const keyOf = (name: string): ReturnType<typeof privateKeyToAccount> =>
  privateKeyToAccount(keccak256(stringToBytes(`${name} key`)))
const operator = `0x${'bb'.repeat(20)}` as const
const members = MEMBERS.map(({ member, slot, stake }) => ({
  member,
  slot,
  stake,
  operatorKey: keyOf(`m${slot}`).address,
}))
const totalStake = members.reduce((sum, { stake }) => sum + stake, 0n)

/** What a node knows of a round whose record is true. */
function known({ witness }: Pick<SignedRound, 'witness'>, changes: Partial<KnownOfRound> = {}): KnownOfRound {
  return {
    domain: TEST_DOMAIN,
    record: { ...witness, seal: { operator, operatorKey: operator, signature: '0x' } } as unknown as RoundRecord,
    facts: {
      domain: TEST_DOMAIN,
      task: TASK,
      round: 2n,
      base: ZERO_HASH,
      timepoint: 1,
      totalStake,
      members,
      operators: new Map(),
      forced: new Map(),
    },
    own: undefined,
    self: undefined,
    conflicts: [],
    operator,
    posterKey: keyOf('operator').address,
    ...changes,
  }
}

/** Round 2 as a member lived through it that committed and has a receipt. */
function lived(member: Address, commitment: `0x${string}`, receipt: `0x${string}`): RoundState {
  const plan: RoundPlan = {
    task: TASK,
    round: 2n,
    openedAt: 1000,
    windows: { commit: 60, reveal: 60, attest: 60, post: 60, takeover: 60, challenge: 600 },
    base: ZERO_HASH,
    operator,
    operatorKey: keyOf('operator').address,
    members,
    totalStake,
    quorumBps: 6667,
  }
  const committed = reduceRound(initialRoundState(plan), {
    type: 'commitment',
    member,
    commitment,
    source: viaSignature(`0x${'11'.repeat(65)}`),
  })
  return reduceRound(committed, { type: 'receipt', receipt: { by: 'operator', signature: receipt } })
}

async function crowded(): Promise<SignedRound> {
  for (let seed = 1; ; seed++) {
    const round = await signedRound(seed)
    if (round.honest.rows.length > 3) return round
  }
}

describe('members rows against what was signed', () => {
  it('finds nothing in honest rounds', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const round = await signedRound(seed)
      expect(await memberFraud(round.honest, known(round)), `seed ${seed}`).toBeUndefined()
    }
  })

  it('finds a commitment that its member did not sign', async () => {
    const round = await crowded()
    const [row] = round.honest.rows
    const { member, commitment } = row!
    const body = { task: TASK, round: 2n, member, commitment }
    const signature = await signStatement(TEST_DOMAIN, 'Commitment', body, keyOf('operator'))
    const posted = { ...round.honest, rows: round.honest.rows.with(0, { ...row!, signatureHash: hashOfSignature(signature) }) }
    const witness = {
      ...round.witness,
      rows: round.witness.rows.with(0, { ...round.witness.rows[0]!, source: viaSignature(signature) }),
    }
    const proof = await memberFraud(posted, known({ witness }))
    expect(proof).toMatchObject({ functionName: 'proveCommitment', args: [{}, { row: 0n }, signature] })
    // Without the bytes of the signature nothing can be shown.
    expect(await memberFraud(posted, known(round, { record: undefined }))).toBeUndefined()
  })

  it('finds a row that the chain knows otherwise, and one without signature that was not forced', async () => {
    const round = await crowded()
    const [row] = round.honest.rows
    const rich = { ...round.honest, rows: round.honest.rows.with(0, { ...row!, stake: row!.stake + 1n }) }
    expect(await memberFraud(rich, known(round))).toMatchObject({ functionName: 'proveCommitment' })
    const unsigned = { ...round.honest, rows: round.honest.rows.with(0, { ...row!, signatureHash: ZERO_HASH }) }
    expect(await memberFraud(unsigned, known(round))).toMatchObject({ functionName: 'proveCommitment' })
    const forced = new Map([[row!.member.toLowerCase(), row!.commitment]])
    expect(await memberFraud(unsigned, known(round, { facts: { ...known(round).facts, forced } }))).toBeUndefined()
  })

  it('finds a member left out that holds a receipt of the poster, or whose commitment was forced', async () => {
    const round = await crowded()
    const { member, commitment } = round.honest.rows[1]!
    const posted = { ...round.honest, rows: round.honest.rows.toSpliced(1, 1) }
    const receipt = await signReceipt(2n, member, commitment)
    const own = lived(member, commitment, receipt)
    const proof = await memberFraud(posted, known(round, { own, self: member }))
    expect(proof).toMatchObject({ functionName: 'proveOmission' })
    expect(proof!.args.slice(1, 4)).toEqual([member, commitment, receipt])
    // Who took over promised nothing.
    expect(await memberFraud(posted, known(round, { own, self: member, posterKey: keyOf('m0').address }))).toBeUndefined()
    const facts = { ...known(round).facts, forced: new Map([[member.toLowerCase(), commitment]]) }
    expect(await memberFraud(posted, known(round, { facts }))).toMatchObject({ functionName: 'proveOmission' })
  })
})
