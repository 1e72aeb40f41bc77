import { describe, expect, it } from 'vitest'
import { simulate } from './run.ts'

/** Few games here; `npm run test:sim` plays as many as there is time for. */
const GAMES = 60

describe('rounds, statements and disputes under a virtual clock and network', { timeout: 300_000 }, () => {
  it.each([1, 2])('no rule breaks in random games of seed %s', (seed) => {
    const { violation, games } = simulate({ seed, games: GAMES })
    expect(violation).toBeUndefined()
    expect(games).toBe(GAMES)
  })
})
