import { commitmentsHash } from '../../../src/protocol/index.ts'
import { describe, expect, it } from 'vitest'
import { findFraud, membersFraud } from '../../../src/judge/index.ts'
import type { ClaimParts, KnownRound, SearchInput } from '../../../src/judge/index.ts'
import { playCourt } from '../../support/judge/court-game.ts'
import { mutate, MUTATIONS } from '../../support/judge/mutations.ts'
import type { Posted } from '../../support/judge/mutations.ts'
import { randomOf } from '../../support/judge/random-round.ts'
import { signedRound, unsigned } from '../../support/judge/signed-round.ts'
import type { SignedRound } from '../../support/judge/signed-round.ts'
import { LONG } from '../../support/long.ts'

const ROUNDS = LONG ? 2 : 1
/** Requests that fit one after the other into a challenge window. */
const WINDOWS = 7

/** Rounds in which an operator may lie so, with the lie and the proof that its opening would give. */
async function* lies(
  name: string,
): AsyncGenerator<{ round: SignedRound; posted: Posted; name: string | undefined; proof: unknown }> {
  for (let seed = 1, found = 0; found < ROUNDS && seed < 200; seed++) {
    const round = await signedRound(seed, { isForced: (slot) => slot % 3 === 0 })
    const posted = await mutate(round, name, randomOf(seed))
    const proof = posted && (await findFraud(posted.parts, posted.known, round.honest))
    if (!posted || !proof) continue
    found++
    yield { round, posted, name: proof.functionName, proof }
  }
}

async function seedWithoutReference(): Promise<number> {
  for (let seed = 1; ; seed++) if ((await signedRound(seed)).honest.reference === null) return seed
}

/** As many elements, the first ones over and over. */
function fill<T>(list: readonly T[], length: number): T[] {
  return Array.from({ length }, (_, i) => list[i % list.length]!)
}

const proofOfRows =
  (honest: ClaimParts, known: KnownRound): SearchInput['rowProof'] =>
  async (parts) =>
    membersFraud(parts, known, honest)

describe('the search for the wrong leaf of a claim that is only opened on chain', () => {
  it.each(Object.keys(MUTATIONS))('%s: ends in the proof that an opening would give', async (mutation) => {
    let seen = 0
    for await (const { round, posted, name, proof } of lies(mutation)) {
      seen++
      const { honest } = round
      const { result, steps, unanswered } = await playCourt(posted.parts, honest, proofOfRows(honest, posted.known))
      expect(steps).toBeLessThanOrEqual(WINDOWS)
      // A tree of another depth than the admitted rows give cannot be opened at all.
      if (unanswered) expect(mutation).toMatch(/^gram: a pair (less|more)$/)
      else if (result.kind !== 'proof') expect(result).toMatchObject({ kind: 'proof', proof: { functionName: name } })
      // Of rows that are opened one by one, the first wrong one may be proved before the whole list is.
      else if (name === 'proveSealed') expect(result.kind).toBe('proof')
      // The judge reads no further where a whole tree is missing.
      else if (/reference: none|out of nothing/.test(mutation)) expect(result.proof.functionName).toBe(name)
      else expect(result.proof).toEqual(proof)
    }
    expect(seen).toBeGreaterThan(0)
  })

  it('asks nothing about a claim of which only the evidence is another', async () => {
    const { honest } = await signedRound(5)
    const played = await playCourt({ ...honest, evidence: `0x${'77'.repeat(32)}` }, honest)
    expect(played).toMatchObject({ result: { kind: 'none' }, requests: 0 })
  })

  it('asks nothing about a claim that is right', async () => {
    const { honest } = await signedRound(6)
    expect(await playCourt(honest, honest)).toMatchObject({ result: { kind: 'none' }, requests: 0 })
  })

  it('accuses nobody for rows that it saw otherwise, when nothing is wrong with them', async () => {
    // Members signed two commitments each, and the operator took the others.
    const { honest, known } = await signedRound(6)
    const posted = {
      ...honest,
      rows: honest.rows.map((row, i) => (i % 2 === 0 ? { ...row, commitment: `0x${'44'.repeat(32)}` as const } : row)),
    }
    const seal = { ...known.facts.seal, digest: commitmentsHash(posted.rows) }
    const rowProof = proofOfRows(honest, unsigned({ ...known, facts: { ...known.facts, seal } }))
    expect(await playCourt(posted, honest, rowProof)).toMatchObject({ result: { kind: 'none' }, unanswered: false })
  })

  it('asks for what no proof reaches, and nobody can answer', async () => {
    const { honest } = await signedRound(await seedWithoutReference())
    // A reference in a task without one.
    expect(await playCourt({ ...honest, reference: honest.model }, honest)).toMatchObject({ unanswered: true, requests: 1 })
    // Three segments leave room for a fourth.
    const leaf = new Uint8Array(32).fill(1)
    const three = { model: fill(honest.model, 96), transition: fill(honest.transition, 96) }
    const wide = { ...honest, ...three }
    expect(await playCourt({ ...wide, model: [...wide.model, leaf] }, wide)).toMatchObject({ unanswered: true, requests: 2 })
    expect(await playCourt({ ...wide, model: wide.model.with(95, leaf) }, wide)).toMatchObject({ result: { kind: 'proof' } })
  })

  it('opens three leaves of the trace instead of all rows when everything after a lie was recomputed', async () => {
    for await (const { round, posted } of lies('consistent: gram')) {
      const { honest } = round
      const { result, requests } = await playCourt(posted.parts, honest)
      expect(result).toMatchObject({ kind: 'proof', proof: { functionName: 'proveGram' } })
      // The stakes, a node or two, the pair, its sums, and those three.
      expect(requests).toBeLessThanOrEqual(9)
    }
  })
})
