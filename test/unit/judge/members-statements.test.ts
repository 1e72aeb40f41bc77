import { keccak256, stringToBytes } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { beforeAll, describe, expect, it } from 'vitest'
import { membersFraud, statementsOfRecord } from '../../../src/judge/index.ts'
import type { ClaimParts, KnownRound, RoundStatements } from '../../../src/judge/index.ts'
import {
  commitmentsHash,
  Reason,
  signStatement,
  Verdict,
  VIA_CHAIN,
  viaSignature,
  ZERO_HASH,
} from '../../../src/protocol/index.ts'
import type { Hex, MemberLeaf } from '../../../src/protocol/index.ts'
import { TASK } from '../../support/judge/random-round.ts'
import { hashOfSignature, signedRound, signReceipt, TEST_DOMAIN } from '../../support/judge/signed-round.ts'
import type { SignedRound } from '../../support/judge/signed-round.ts'

const keyOf = (name: string): ReturnType<typeof privateKeyToAccount> =>
  privateKeyToAccount(keccak256(stringToBytes(`${name} key`)))
/** What a row without verdict of the rule has. */
const BARE = { beta: 0, score: 0n, reason: Reason.none, reasonArg: ZERO_HASH } as const
const NOBODYS: Hex = `0x${'11'.repeat(65)}`

/** Misleading statements must not lead to a proof: the judge would refuse it, and the watcher would stop searching. */
describe('the statements under a proof against members rows', () => {
  let round: SignedRound
  let honest: ClaimParts

  beforeAll(async () => {
    for (let seed = 1; ; seed++) {
      round = await signedRound(seed)
      honest = round.honest
      if (honest.rows.filter(({ verdict }) => verdict >= Verdict.accepted).length > 2) return
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
  /** What is known of a round whose operator sealed these rows. */
  const sealing = (rows: readonly MemberLeaf[], known = round.known): KnownRound => ({
    ...known,
    facts: { ...known.facts, seal: { ...known.facts.seal, digest: commitmentsHash(rows), count: rows.length } },
  })
  const without = (i: number): ClaimParts => ({ ...honest, rows: honest.rows.toSpliced(i, 1), members: honest.members - 1 })
  const nameOf = async (posted: ClaimParts, known: KnownRound): Promise<string | undefined> =>
    (await membersFraud(posted, known))?.functionName
  const admitted = (): number =>
    honest.rows.findIndex(({ verdict }) => verdict >= Verdict.accepted && verdict <= Verdict.rejected)

  describe('the seal', () => {
    it('names the rows of the claim: others hash to another digest', async () => {
      expect(await nameOf(honest, round.known)).toBeUndefined()
      expect(await nameOf(withRow(0, { commitment: ZERO_HASH }), round.known)).toBe('proveSealed')
      expect(await nameOf(without(1), round.known)).toBe('proveSealed')
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
      // A row names a signature by its hash alone, so whoever's it is said to be does not matter.
      expect(await nameOf(posted, knowing({ commitments: [{ member: honest.rows[1]!.member, commitment, signature }] }))).toBe(
        'proveCommitment',
      )
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
          sealing(posted.rows.with(0, { ...posted.rows[0]!, commitment: ZERO_HASH }), { ...round.known, facts }),
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
    it('count only where the key that had the seat signed them', async () => {
      const { member, commitment } = honest.rows[1]!
      const posted = without(1)
      const receipt = { member, commitment, signature: await signReceipt(2n, member, commitment) }
      const proof = await membersFraud(posted, sealing(posted.rows, knowing({ receipts: [receipt] })))
      expect(proof).toMatchObject({ functionName: 'proveOmission' })
      expect(proof!.args.slice(1, 4)).toEqual([member, commitment, receipt.signature])
      expect(await nameOf(honest, knowing({ receipts: [receipt] }))).toBeUndefined()
      const forged = sealing(posted.rows, knowing({ receipts: [{ ...receipt, signature: NOBODYS }] }))
      expect(await nameOf(posted, forged)).not.toBe('proveOmission')
      // Another key promised nothing.
      const known = sealing(posted.rows, knowing({ receipts: [receipt] }))
      const seal = { ...known.facts.seal, operatorKey: keyOf('m0').address }
      expect(await nameOf(posted, { ...known, facts: { ...known.facts, seal } })).not.toBe('proveOmission')
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
      expect(await nameOf(posted, sealing(posted.rows, { ...round.known, facts }))).toBe('proveOrder')
    })
  })

  describe('attestations', () => {
    const attester = (): number => honest.rows.findIndex(({ attestationHash }) => attestationHash !== ZERO_HASH)

    it('are held against the row that hashes their signature', async () => {
      const i = attester()
      const { member } = honest.rows[i]!
      const body = { task: TASK, round: 2n, member, commitments: commitmentsHash(honest.rows), held: 0n }
      const signature = await signStatement(TEST_DOMAIN, 'Attestation', body, keyOf('operator'))
      const posted = withRow(i, { attestationHash: hashOfSignature(signature) })
      expect(await membersFraud(posted, knowing({ attestations: [{ member, signature }] }))).toMatchObject({
        functionName: 'proveAttestation',
        args: [{}, posted.rows, BigInt(i), signature],
      })
      // Without the bytes of the signature nothing can be shown.
      expect(await nameOf(posted, knowing({ attestations: [] }))).toBeUndefined()
      const { member: other } = honest.rows[i === 0 ? 1 : 0]!
      expect(await nameOf(posted, knowing({ attestations: [{ member: other, signature }] }))).toBe('proveAttestation')
    })

    it('say what the row says, over the rows of the claim', async () => {
      const i = attester()
      expect(await nameOf(withRow(i, { held: honest.rows[i]!.held ^ 1n }), round.known)).toBe('proveAttestation')
      // A statement about other rows.
      const body = { task: TASK, round: 2n, member: honest.rows[i]!.member, held: honest.rows[i]!.held }
      const commitments = commitmentsHash(honest.rows.slice(1))
      const key = keyOf(`m${honest.rows[i]!.slot}`)
      const signature = await signStatement(TEST_DOMAIN, 'Attestation', { ...body, commitments }, key)
      const posted = withRow(i, { attestationHash: hashOfSignature(signature) })
      expect(await nameOf(posted, knowing({ attestations: [{ member: body.member, signature }] }))).toBe('proveAttestation')
      expect(await nameOf(honest, round.known)).toBeUndefined()
    })

    it('of the same member that the claim does not use prove nothing', async () => {
      const { member, slot } = honest.rows[attester()]!
      const body = { task: TASK, round: 2n, member, commitments: commitmentsHash(honest.rows), held: (1n << 128n) - 1n }
      const signature = await signStatement(TEST_DOMAIN, 'Attestation', body, keyOf(`m${slot}`))
      const { attestations } = round.known.statements
      expect(await nameOf(honest, knowing({ attestations: [{ member, signature }, ...attestations] }))).toBeUndefined()
    })

    it('of a row make it available whatever anybody signed', async () => {
      const posted = withRow(admitted(), { ...BARE, verdict: Verdict.unavailable, updateRoot: ZERO_HASH })
      expect(await nameOf(posted, knowing({ attestations: [] }))).toBe('proveAvailability')
    })

    it('certify a claim up to the threshold exactly', async () => {
      const sealed = honest.rows.reduce((sum, { weight }) => sum + weight, 0n)
      const attested = honest.rows.reduce((sum, row) => (row.attestationHash === ZERO_HASH ? sum : sum + row.weight), 0n)
      // The largest tolerance that these attestations exceed, and one more.
      const most = Number((attested * 10_000n - 1n) / (2n * sealed))
      const under = (toleranceBps: number): ClaimParts => ({ ...honest, spec: { ...honest.spec, toleranceBps, minSealedBps: 1 } })
      expect(await nameOf(under(most + 1), round.known)).toBe('proveCertificate')
      const { totalStake } = round.known.facts
      const floor = Number((sealed * 10_000n) / totalStake)
      const over = (minSealedBps: number): ClaimParts => ({ ...honest, spec: { ...honest.spec, minSealedBps } })
      expect(await nameOf(over(floor), round.known)).toBeUndefined()
      expect(await nameOf(over(floor + 1), round.known)).toBe('proveCertificate')
    })
  })

  describe('reasons', () => {
    it('of a row whose update is not here are not looked at', async () => {
      const i = admitted()
      const refused = withRow(i, { ...BARE, verdict: Verdict.inadmissible, reason: Reason.value, reasonArg: ZERO_HASH })
      expect(await nameOf(refused, round.known)).toBe('proveReason')
      expect(await nameOf({ ...refused, updates: new Map() }, round.known)).toBeUndefined()
    })

    it('that another row shows need no update', async () => {
      const i = admitted()
      const other = honest.rows.findIndex((_, k) => k !== i)
      const arg = `0x${other.toString(16).padStart(64, '0')}` as const
      const posted = withRow(i, { ...BARE, verdict: Verdict.inadmissible, reason: Reason.copy, reasonArg: arg })
      expect(await nameOf({ ...posted, updates: new Map() }, round.known)).toBe('proveReason')
    })
  })

  it('in a record are read without what the chain forced', () => {
    const { statements } = round.known
    const [, ...signed] = statements.commitments
    const rows = honest.rows.map(({ member, commitment }, i) => ({
      member,
      commitment,
      source: i === 0 ? VIA_CHAIN : viaSignature(statements.commitments[i]!.signature),
    }))
    const expected = { commitments: signed, reveals: [], attestations: [], receipts: [] }
    expect(statementsOfRecord({ rows, attestations: [] })).toEqual(expected)
  })
})
