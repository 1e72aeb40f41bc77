import { describe, expect, it } from 'vitest'
import { searchAttack } from '../../../../src/lab/search/index.ts'
import type { Tried } from '../../../../src/lab/search/index.ts'
import { labAttackByName, tuningText, valuesOf } from '../../../../src/lab/attacks/index.ts'
import type { CoalitionAttack } from '../../../../src/lab/attacks/index.ts'

const framing = labAttackByName('framing') as CoalitionAttack

/** Worth most at push 3, lag 1 and length .5. */
const worth = (attack: CoalitionAttack): number => {
  const { push, lag, length } = valuesOf(attack)
  return -((push! - 3) ** 2) - (lag! - 1) ** 2 - (length! - 0.5) ** 2
}

async function search(budget: number, seed = 1): Promise<{ tried: Tried[]; calls: string[] }> {
  const calls: string[] = []
  const tried = await searchAttack({
    attack: framing,
    budget,
    seed,
    evaluate: async (attacks) => {
      calls.push(...attacks.map(tuningText))
      return attacks.map(worth)
    },
  })
  return { tried, calls }
}

describe('searchAttack', () => {
  it('spends its budget, the attack as it is first, nothing twice, and sorts by value', async () => {
    const { tried, calls } = await search(37)
    expect(calls).toHaveLength(37)
    expect(new Set(calls).size).toBe(37)
    expect(calls[0]).toBe(tuningText(framing))
    expect(tried.map(({ value }) => value)).toEqual(tried.map(({ value }) => value).toSorted((a, b) => b - a))
  })

  it('finds a stronger strategy within the bounds, whole numbers whole', async () => {
    const { tried } = await search(200)
    expect(tried[0]!.value).toBeGreaterThan(-0.05)
    expect(tried[0]!.values.lag).toBe(1)
    for (const { text } of tried) expect(tuningText(labAttackByName(text) as CoalitionAttack)).toBe(text)
  })

  it('tries the same strategies again, so that a search with kept cells resumes', async () => {
    expect((await search(30)).calls).toEqual((await search(30)).calls)
    // A larger budget goes on from where the smaller one ended.
    expect((await search(40)).calls.slice(0, 30)).toEqual((await search(30)).calls)
    expect((await search(30, 2)).calls).not.toEqual((await search(30)).calls)
  })

  it('ends when the attack has no more strategies', async () => {
    const parameters = { lag: framing.parameters.lag! }
    const tried = await searchAttack({
      attack: { ...framing, parameters },
      budget: 50,
      seed: 1,
      evaluate: async (attacks) => attacks.map((attack) => valuesOf(attack).lag!),
    })
    expect(tried[0]!.text).toBe('framing:lag=4')
    expect(tried.length).toBeLessThanOrEqual(4)
  })
})
