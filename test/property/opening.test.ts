import fc, { runs } from '../support/fast-check.ts'
import { describe, expect, it } from 'vitest'
import { isQuorateError } from '../../src/core/index.ts'
import { decodeOpening, encodeOpening, sealParts } from '../../src/judge/index.ts'
import type { ClaimParts, OpeningContext } from '../../src/judge/index.ts'
import { claimHash, ZERO_HASH } from '../../src/protocol/index.ts'
import type { Hash } from '../../src/protocol/index.ts'
import { mutate, MUTATIONS } from '../support/judge/mutations.ts'
import { randomOf, randomRound } from '../support/judge/random-round.ts'
import { signedRound } from '../support/judge/signed-round.ts'

function hashOf(parts: ClaimParts): Hash {
  return claimHash(parts.task, parts.round, sealParts(parts))
}

function contextOf({ task, round, spec, parent, previous, updates }: ClaimParts, expected: Hash): OpeningContext {
  return { task, round, spec, parent, previous, updates, claimHash: expected }
}

function codeOf(run: () => unknown): string {
  try {
    run()
    return 'none'
  } catch (error) {
    if (isQuorateError(error)) return error.code
    throw error
  }
}

const seeds = fc.integer({ min: 1, max: 1_000_000 })

describe('the opening of a claim', () => {
  it('comes back as it was written', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { honest } = randomRound(seed)
        const bytes = encodeOpening(honest)
        const opened = decodeOpening(bytes, contextOf(honest, hashOf(honest)))
        expect(sealParts(opened)).toEqual(sealParts(honest))
        expect(opened.rows).toEqual(honest.rows)
        expect(opened.gram).toEqual(honest.gram)
        expect(opened.trace).toEqual(honest.trace)
        expect([...opened.ledger]).toEqual([...honest.ledger].sort(([a], [b]) => a - b))
        expect(encodeOpening(opened)).toEqual(bytes)
      }),
      { numRuns: runs(25) },
    )
  })

  it('opens lies as truthfully as it opens honest claims', async () => {
    const round = await signedRound(7)
    const { honest } = round
    for (const name of Object.keys(MUTATIONS)) {
      const posted = await mutate(round, name, randomOf(7))
      if (!posted) continue
      const lie = posted.parts
      const opened = decodeOpening(encodeOpening(lie), contextOf(honest, hashOf(lie)))
      expect(sealParts(opened), name).toEqual(sealParts(lie))
    }
  })

  it('is refused with any byte flipped, missing or added', () => {
    const { honest } = randomRound(11)
    const bytes = encodeOpening(honest)
    const context = contextOf(honest, hashOf(honest))
    const refused = ['OPENING_MALFORMED', 'OPENING_MISMATCH']
    fc.assert(
      fc.property(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, mask) => {
        const changed = Uint8Array.from(bytes)
        changed[at]! ^= mask
        expect(refused).toContain(codeOf(() => decodeOpening(changed, context)))
      }),
      { numRuns: runs(100) },
    )
    fc.assert(
      fc.property(fc.nat({ max: bytes.length - 1 }), (length) => {
        expect(codeOf(() => decodeOpening(bytes.subarray(0, length), context))).toBe('OPENING_MALFORMED')
      }),
      { numRuns: runs(50) },
    )
    expect(codeOf(() => decodeOpening(Uint8Array.from([...bytes, 0]), context))).toBe('OPENING_MALFORMED')
    expect(codeOf(() => decodeOpening(bytes, { ...context, claimHash: ZERO_HASH }))).toBe('OPENING_MISMATCH')
  })

  it('refuses bytes that are no opening', () => {
    const { honest } = randomRound(3)
    const context = contextOf(honest, hashOf(honest))
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 4096 }), (bytes) => {
        expect(codeOf(() => decodeOpening(bytes, context))).toBe('OPENING_MALFORMED')
      }),
      { numRuns: runs(100) },
    )
  })

  it('cannot be written for what has no place in it', () => {
    const { honest } = randomRound(3)
    expect(codeOf(() => encodeOpening({ ...honest, members: -1 }))).toBe('OPENING_MALFORMED')
    expect(codeOf(() => encodeOpening({ ...honest, model: honest.model.slice(1) }))).toBe('OPENING_MALFORMED')
    expect(codeOf(() => encodeOpening({ ...honest, gram: [[[0.5]]] }))).toBe('OPENING_MALFORMED')
  })
})
