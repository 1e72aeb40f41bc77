import { keccak256, stringToBytes } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { beforeAll, describe, expect, it } from 'vitest'
import { membersFraud, sealFraud, statementsOfRecord } from '../../../src/judge/index.ts'
import type { ClaimParts, KnownRound, RoundStatements } from '../../../src/judge/index.ts'
import { commitmentsHash, signStatement, Verdict, VIA_CHAIN, viaSignature, ZERO_HASH } from '../../../src/protocol/index.ts'
import type { Hex, MemberLeaf } from '../../../src/protocol/index.ts'
import { MEMBERS, TASK } from '../../support/judge/random-round.ts'
import { hashOfSignature, signedRound, signReceipt, signSeal, TEST_DOMAIN } from '../../support/judge/signed-round.ts'
import type { SignedRound } from '../../support/judge/signed-round.ts'

const keyOf = (name: string): ReturnType<typeof privateKeyToAccount> =>
  privateKeyToAccount(keccak256(stringToBytes(`${name} key`)))
const NOBODYS: Hex = `0x${'11'.repeat(65)}`

/** Misleading statements must not lead to a proof: the judge would refuse it, and the watcher would stop searching. */
describe('the statements under a proof against members rows', () => {
  let round: SignedRound
  let honest: ClaimParts

  beforeAll(async () => {
    for (let seed = 1; ; seed++) {
      round = await signedRound(seed)
      honest = round.honest
      if (honest.rows.filter(({ verdict }) => verdict >= Verdict.accepted && verdict !== Verdict.quarantined).length > 2) return
    }
  })

  const knowing = (statements: Partial<RoundStatements>): KnownRound => ({
    ...round.known,
    statements: { ...round.known.statements, ...statements },
  })
  const withRow = (i: number, changes: Partial<MemberLeaf>): ClaimParts => ({
    ...honest,
    rows: honest.rows.with(i, { ...honest.rows[i]!, ...changes }),
  })
  const without = (i: number): ClaimParts => ({ ...honest, rows: honest.rows.toSpliced(i, 1), members: honest.members - 1 })
  const nameOf = async (posted: ClaimParts, known: KnownRound): Promise<string | undefined> =>
    (await membersFraud(posted, known))?.functionName
  const admitted = (): number =>
    honest.rows.findIndex(({ verdict }) => verdict >= Verdict.accepted && verdict <= Verdict.rejected)

  describe('seals', () => {
    it('are two of the operator that posted, over different rows', async () => {
      const [first] = round.known.statements.seals
      const second = await signSeal(2n, honest.rows.slice(1))
      expect(await sealFraud(knowing({ seals: [first!, second] }))).toMatchObject({ functionName: 'proveEquivocation' })
      expect(await sealFraud(knowing({ seals: [first!, first!] }))).toBeUndefined()
      expect(await sealFraud(knowing({ seals: [first!] }))).toBeUndefined()
    })

    it('count only where the operator signed them', async () => {
      const seals = [...round.known.statements.seals, { ...(await signSeal(2n, honest.rows.slice(1))), signature: NOBODYS }]
      expect(await sealFraud(knowing({ seals }))).toBeUndefined()
      const elsewhere = await signSeal(2n, honest.rows.slice(1), { ...TEST_DOMAIN, chainId: 1 })
      expect(await sealFraud(knowing({ seals: [...round.known.statements.seals, elsewhere] }))).toBeUndefined()
      const other = [...round.known.statements.seals, await signSeal(2n, honest.rows.slice(1))]
      expect(await sealFraud({ ...knowing({ seals: other }), operatorKey: undefined })).toBeUndefined()
      expect(await sealFraud({ ...knowing({ seals: other }), operatorKey: keyOf('m0').address })).toBeUndefined()
    })

    it('with a false signature do not hide what else is wrong', async () => {
      const seals = [...round.known.statements.seals, { ...(await signSeal(2n, honest.rows.slice(1))), signature: NOBODYS }]
      expect(await nameOf(withRow(0, { stake: 1n }), knowing({ seals }))).toBe('proveCommitment')
    })
  })

  describe('commitments', () => {
    it('are held against the row that hashes their signature', async () => {
      const { member, commitment } = honest.rows[0]!
      const body = { task: TASK, round: 2n, member, commitment }
      const signature = await signStatement(TEST_DOMAIN, 'Commitment', body, keyOf('operator'))
      const posted = withRow(0, { signatureHash: hashOfSignature(signature) })
      const commitments = [{ member, commitment, signature }]
      expect(await membersFraud(posted, knowing({ commitments }))).toMatchObject({
        functionName: 'proveCommitment',
        args: [{}, { row: 0n }, signature],
      })
      // Without the bytes of the signature nothing can be shown.
      expect(await nameOf(posted, knowing({ commitments: [] }))).toBeUndefined()
      // Somebody else's statement says nothing of the row.
      expect(
        await nameOf(posted, knowing({ commitments: [{ member: honest.rows[1]!.member, commitment, signature }] })),
      ).toBeUndefined()
    })

    it('forced on chain stand without signature, and only the one that was forced', async () => {
      const { member, commitment } = honest.rows[0]!
      const posted = withRow(0, { signatureHash: ZERO_HASH })
      const facts = { ...round.known.facts, forced: new Map([[member.toLowerCase(), commitment]]) }
      expect(await nameOf(posted, { ...round.known, facts })).toBeUndefined()
      expect(await nameOf(posted, round.known)).toBe('proveCommitment')
      expect(
        await nameOf(
          { ...posted, rows: posted.rows.with(0, { ...posted.rows[0]!, commitment: ZERO_HASH }) },
          { ...round.known, facts },
        ),
      ).toBe('proveCommitment')
    })
  })

  describe('reveals', () => {
    it('that do not open the commitment prove nothing', async () => {
      const i = admitted()
      const reveal = {
        member: honest.rows[i]!.member,
        updateRoot: `0x${'77'.repeat(32)}` as const,
        salt: ZERO_HASH,
        signature: NOBODYS,
      }
      expect(await nameOf(honest, knowing({ reveals: [reveal] }))).toBeUndefined()
      expect(await nameOf(withRow(i, { updateRoot: reveal.updateRoot }), knowing({ reveals: [reveal] }))).toBeUndefined()
      expect(await nameOf(withRow(i, { updateRoot: reveal.updateRoot }), round.known)).toBe('proveReveal')
    })
  })

  describe('receipts', () => {
    it('count only where the operator that posted signed them', async () => {
      const { member, commitment } = honest.rows[1]!
      const posted = without(1)
      const receipt = { member, commitment, signature: await signReceipt(2n, member, commitment) }
      const proof = await membersFraud(posted, knowing({ receipts: [receipt] }))
      expect(proof).toMatchObject({ functionName: 'proveOmission' })
      expect(proof!.args.slice(1, 4)).toEqual([member, commitment, receipt.signature])
      expect(await nameOf(honest, knowing({ receipts: [receipt] }))).toBeUndefined()
      expect(await nameOf(posted, knowing({ receipts: [{ ...receipt, signature: NOBODYS }] }))).toBeUndefined()
      // Who took over promised nothing.
      expect(await nameOf(posted, { ...knowing({ receipts: [receipt] }), operatorKey: keyOf('m0').address })).toBeUndefined()
      expect(await nameOf(posted, { ...knowing({ receipts: [receipt] }), operatorKey: undefined })).toBeUndefined()
    })

    it('of somebody without stake in the round prove nothing', async () => {
      const member = `0x${'ee'.repeat(20)}` as const
      const receipt = { member, commitment: ZERO_HASH, signature: await signReceipt(2n, member, ZERO_HASH) }
      expect(await nameOf(honest, knowing({ receipts: [receipt] }))).toBeUndefined()
      const facts = { ...round.known.facts, forced: new Map([[member as string, ZERO_HASH]]) }
      expect(await nameOf(honest, { ...round.known, facts })).toBeUndefined()
    })

    it('wait for rows in order: neighbours show an omission only there', async () => {
      const { member, commitment } = honest.rows.at(-1)!
      const posted = without(honest.rows.length - 1)
      posted.rows.splice(0, 2, posted.rows[1]!, posted.rows[0]!)
      const facts = { ...round.known.facts, forced: new Map([[member.toLowerCase(), commitment]]) }
      expect(await nameOf(posted, { ...round.known, facts })).toBe('proveOrder')
    })
  })

  describe('attestations', () => {
    const unrevealed = (): ClaimParts =>
      withRow(admitted(), { verdict: Verdict.unrevealed, updateRoot: ZERO_HASH, weight: 0, score: 0n })
    const unavailable = (): ClaimParts => withRow(admitted(), { verdict: Verdict.unavailable, weight: 0, score: 0n })

    it('of a quorum show that a row was held', async () => {
      for (const posted of [unrevealed(), unavailable()]) expect(await nameOf(posted, round.known)).toBe('proveExclusion')
      expect(await nameOf(honest, round.known)).toBeUndefined()
    })

    it('need the reveal of a row called unrevealed, signed, and of no other', async () => {
      expect(await nameOf(unrevealed(), knowing({ reveals: [] }))).toBeUndefined()
      const reveals = round.known.statements.reveals.map((reveal) => ({ ...reveal, signature: NOBODYS }))
      expect(await nameOf(unrevealed(), knowing({ reveals }))).toBeUndefined()
      expect(await nameOf(unavailable(), knowing({ reveals: [] }))).toBe('proveExclusion')
    })

    it('count up to the quorum exactly, each member once', async () => {
      const { attestations } = round.known.statements
      const short = attestations.slice(0, -1)
      expect(await nameOf(unavailable(), knowing({ attestations: short }))).toBeUndefined()
      expect(await nameOf(unavailable(), knowing({ attestations: [...short, ...short, ...short] }))).toBeUndefined()
      const stakeOf = (member: string): bigint => MEMBERS.find((one) => one.member === member)!.stake
      const stake = attestations.reduce((sum, { member }) => sum + stakeOf(member), 0n)
      const of = (totalStake: bigint): KnownRound => ({ ...round.known, facts: { ...round.known.facts, totalStake } })
      const most = (stake * 10_000n) / BigInt(honest.spec.quorumBps)
      expect(await nameOf(unavailable(), of(most))).toBe('proveExclusion')
      expect(await nameOf(unavailable(), of(most + 1n))).toBeUndefined()
    })

    it('count only where members signed them, over these very commitments', async () => {
      const { attestations } = round.known.statements
      const forged = attestations.with(0, { ...attestations[0]!, signature: NOBODYS })
      expect(await nameOf(unavailable(), knowing({ attestations: forged }))).toBeUndefined()
      const strangers = attestations.with(0, { ...attestations[0]!, member: `0x${'ee'.repeat(20)}` })
      expect(await nameOf(unavailable(), knowing({ attestations: strangers }))).toBeUndefined()
      const others = attestations.map((one) => ({ ...one, commitments: commitmentsHash(honest.rows.slice(1)) }))
      expect(await nameOf(unavailable(), knowing({ attestations: others }))).toBeUndefined()
      const nothing = attestations.map((one) => ({ ...one, held: 0n }))
      expect(await nameOf(unavailable(), knowing({ attestations: nothing }))).toBeUndefined()
    })
  })

  it('in a record are read with its own seal, and without what the chain forced', () => {
    const { operator, statements } = round.known
    const [, ...signed] = statements.commitments
    const rows = honest.rows.map(({ member, commitment }, i) => ({
      member,
      commitment,
      source: i === 0 ? VIA_CHAIN : viaSignature(statements.commitments[i]!.signature),
    }))
    const record = { rows, attestations: [], seal: { operator, operatorKey: operator, signature: NOBODYS } }
    const seals = [{ root: commitmentsHash(rows), value: BigInt(rows.length), signature: NOBODYS }]
    const expected = { commitments: signed, reveals: [], attestations: [], seals, receipts: [] }
    expect(statementsOfRecord(record, operator)).toEqual(expected)
    expect(statementsOfRecord(record, `0x${'ee'.repeat(20)}`)).toEqual({ ...expected, seals: [] })
  })
})
