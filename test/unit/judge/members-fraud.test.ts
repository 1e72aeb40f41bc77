import { describe, expect, it } from 'vitest'
import { membersFraud } from '../../../src/judge/index.ts'
import { MUTATIONS, mutate } from '../../support/judge/mutations.ts'
import type { Posted } from '../../support/judge/mutations.ts'
import { randomOf } from '../../support/judge/random-round.ts'
import { signedRound } from '../../support/judge/signed-round.ts'
import type { SignedRound } from '../../support/judge/signed-round.ts'

/**
 * Every kind of lie in members rows, with the proofs that show it. test/vectors/judge.json holds a call of each, which the contracts accept (test/contracts/FraudJudge.t.sol);
 * the fuzz has thousands more.
 */
const LIES: Record<string, readonly string[]> = {
  'rows: one more': ['proveMissingRow'],
  'rows: one less': ['proveCommitment'],
  'rows: swapped': ['proveSealed'],
  'row: weight': ['proveCommitment'],
  'row: slot': ['proveCommitment'],
  'row: member': ['proveSealed'],
  'row: commitment': ['proveSealed'],
  'row: unsigned': ['proveCommitment'],
  'row: signature': ['proveCommitment'],
  'row: attestation': ['proveAttestation'],
  'row: held': ['proveAttestation', 'proveCommitment'],
  'row: attestation left out': ['proveCertificate'],
  'row: unknown reason': ['proveCommitment'],
  'row: unknown verdict': ['proveCommitment'],
  'row: beta without right': ['proveCommitment'],
  'row: score without right': ['proveCommitment'],
  'row: quarantined, with an update': ['proveCommitment'],
  'row: update root': ['proveReveal', 'proveCommitment'],
  'row: quarantined': ['proveQuarantine'],
  'row: quarantine forgotten': ['proveQuarantine'],
  'row: called unavailable': ['proveAvailability'],
  'row: called available': ['proveAvailability'],
  'row: called a copy': ['proveReason', 'proveCommitment'],
  'row: called void': ['proveReason'],
  'row: called a bad value': ['proveReason'],
  'row: called out of bounds': ['proveReason'],
  'row: reason argument': ['proveReason', 'proveCommitment'],
  'consistent: too little sealed': ['proveCertificate'],
  'consistent: another weight': ['proveCommitment'],
  'consistent: quarantine lifted or invented': ['proveQuarantine', 'proveCommitment'],
  'consistent: an omission': ['proveOmission'],
  'consistent: a forced omission': ['proveOmission'],
  'consistent: called unavailable': ['proveAvailability'],
  'consistent: other rows than sealed': ['proveSealed'],
}

const rounds = new Map<number, Promise<SignedRound>>()

/** A round of which the chain took some commitments; signed once. */
function roundOf(seed: number): Promise<SignedRound> {
  const round = rounds.get(seed) ?? signedRound(seed, { isForced: (slot) => (seed + slot) % 5 === 0 })
  rounds.set(seed, round)
  return round
}

/** Rounds in which an operator may lie so, some commitments forced on chain. */
async function* lies(name: string, most = 3): AsyncGenerator<{ round: SignedRound; posted: Posted }> {
  for (let seed = 1, found = 0; found < most && seed < 80; seed++) {
    const round = await roundOf(seed)
    const posted = await mutate(round, name, randomOf(seed))
    if (!posted) continue
    found++
    yield { round, posted }
  }
}

describe('membersFraud', () => {
  it.each(Object.entries(LIES))('%s: %j, and nothing against the true rows', async (name, proofs) => {
    let seen = 0
    for await (const { round, posted } of lies(name)) {
      seen++
      // Without a replay, as where the updates cannot be had, and with one.
      for (const honest of [undefined, round.honest]) {
        const proof = await membersFraud(posted.parts, posted.known, honest)
        expect(proof?.functionName, name).toBeOneOf([...proofs])
        // Where the operator sealed the list that leaves somebody out, the true rows are those of another seal.
        if (posted.known.facts.seal.digest === round.known.facts.seal.digest)
          expect(await membersFraud(round.honest, posted.known, honest), name).toBeUndefined()
        expect(await membersFraud(round.honest, round.known, honest), name).toBeUndefined()
      }
    }
    expect(seen).toBe(3)
  })

  it('finds rows that must not be admitted, where their updates are here', async () => {
    const kinds = new Set<string | undefined>()
    for await (const { round, posted } of lies('row: admitted wrongly', 30)) {
      const proof = await membersFraud(posted.parts, posted.known, round.honest)
      kinds.add(proof?.functionName)
      const blind = { ...posted.parts, updates: new Map() }
      // Only a copy is seen without them.
      expect((await membersFraud(blind, posted.known))?.functionName).toBeOneOf(['proveReason', undefined])
    }
    // The inner product of an admitted row with itself shows a norm out of bounds.
    expect(kinds).toEqual(new Set(['proveReason', undefined]))
  })

  it('says nothing of what is wrong elsewhere in the claim', async () => {
    for (const name of Object.keys(MUTATIONS).filter((one) => /^(gram|trace|transition|model|reference|ledger):/.test(one)))
      for await (const { round, posted } of lies(name, 1))
        expect(await membersFraud(posted.parts, posted.known, round.honest), name).toBeUndefined()
  })

  it('knows less without statements, but never accuses', async () => {
    for (const name of ['row: signature', 'consistent: an omission', 'row: attestation'])
      for await (const { posted } of lies(name, 1)) {
        const { known } = posted
        const nothing = { commitments: [], reveals: [], attestations: [], receipts: [] }
        const facts = { ...known.facts, forced: new Map(posted.parts.rows.map((row) => [row.member, row.commitment])) }
        const proof = await membersFraud(posted.parts, { ...known, facts, statements: nothing })
        // Without the omitted row too little may be sealed, which the rows themselves show.
        expect(proof?.functionName, name).toBeOneOf([undefined, 'proveCertificate'])
      }
  })
})
