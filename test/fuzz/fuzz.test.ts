import { describe, expect, it } from 'vitest'
import { corpusOf } from './corpus.ts'
import { runTarget } from './run-target.ts'
import { TARGETS } from './targets/index.ts'

/** Inputs of each decoder in every run of the suite; `npm run test:fuzz` runs as many as one likes. */
const COUNT = 300
const SEED = 20_261_129

describe.each(TARGETS)('$name', (target) => {
  it('decodes every valid input and throws nothing but coded errors on others', async () => {
    const failures: unknown[] = []
    await runTarget(target, { seed: SEED, from: 0, count: COUNT, onFailure: (failure) => failures.push(failure) })
    expect(failures).toEqual([])
  })

  it.each([...corpusOf(target.name)])('keeps its promises on %s, which broke it once', async (_, input) => {
    await target.check(input)
  })
})

it('the names are different', () => {
  expect(new Set(TARGETS.map(({ name }) => name)).size).toBe(TARGETS.length)
})
