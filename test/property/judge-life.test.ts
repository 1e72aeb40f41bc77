import { expect, it } from 'vitest'
import { findFraud } from '../../src/judge/index.ts'
import { FIELD_LIES } from '../support/judge/field-lies/index.ts'
import { listedProofs } from '../support/judge/fields.ts'
import { lifeRound } from '../support/judge/life/life-round.ts'
import { mutate } from '../support/judge/mutations.ts'
import { randomOf } from '../support/judge/random-round.ts'
import { LONG } from '../support/long.ts'

// `npm run test:judge` does the same with the contracts, for thousands of rounds.
const SEEDS = Array.from({ length: LONG ? 12 : 3 }, (_, k) => ({ seed: 3 * k + 1, drawn: k % 3 === 2 }))

it.each(SEEDS)(
  '$seed: nobody accuses an honest operator, and every lie about a field has a listed proof',
  async ({ seed, drawn }) => {
    const round = await lifeRound(seed, { drawn })
    expect(round.faults).toEqual([])
    expect(await findFraud({ ...round.honest }, round.known, round.honest)).toBeUndefined()
    for (const name of Object.keys(FIELD_LIES)) {
      const posted = await mutate(round, name, randomOf(seed), FIELD_LIES)
      if (!posted) continue
      const proof = await findFraud(posted.parts, posted.known, round.honest)
      expect(listedProofs(name), name).toContain(proof?.functionName)
    }
  },
)
