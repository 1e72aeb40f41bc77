import { expect, it } from 'vitest'
import { ADVISED_TERMS } from '../../../src/chain/index.ts'
import type { AdvisedTerms, TermsLimits } from '../../../src/chain/index.ts'
import { adviseTerms } from '../../../src/market/index.ts'
import type { Observed } from '../../../src/market/index.ts'

const windows = { commit: 600, reveal: 60, attest: 60, post: 120, challenge: 10_800 }
const before: AdvisedTerms = {
  commit: 600n,
  reveal: 60n,
  attest: 60n,
  post: 120n,
  rewardPerRound: 1000n,
  minNormSq: 100n,
  maxNormSq: 10_000n,
}
const all = (of: (value: bigint) => bigint): AdvisedTerms =>
  Object.fromEntries(ADVISED_TERMS.map((name) => [name, of(before[name])])) as AdvisedTerms
const wide: TermsLimits = { least: all(() => 1n), most: all((value) => value * 100n), start: before, stepBps: 10_000 }
const round = { round: 7n, sealedAfter: 200, postedAfter: 40, rows: 9, members: 10 }
const seen: Observed = { windows, rounds: [round], failed: 0, norms: [] }

it('leaves half as much time again as the slowest round took', () => {
  const rounds = [round, { ...round, round: 8n, sealedAfter: 300, postedAfter: 60 }]
  const terms = adviseTerms({ ...seen, rounds }, { before, limits: wide })
  // The time after the seal is shared as the windows share it: 90 s, 45 s each, rounded up.
  expect(terms).toEqual({ ...before, commit: 450n, reveal: 46n, attest: 46n })
})

it('gives more time where somebody was missing, and where numbers failed', () => {
  const waited = { ...round, sealedAfter: 600, postedAfter: 120 }
  expect(adviseTerms({ ...seen, rounds: [waited] }, { before, limits: wide })).toEqual({
    ...before,
    commit: 750n,
    reveal: 75n,
    attest: 75n,
  })
  expect(adviseTerms({ ...seen, failed: 1 }, { before, limits: wide })).toMatchObject({ commit: 750n, reveal: 75n, post: 150n })
})

it('pays more where few take part, and a little less where all do', () => {
  const with_ = (rows: number): bigint =>
    adviseTerms({ ...seen, rounds: [{ ...round, rows }] }, { before, limits: wide }).rewardPerRound
  expect([5, 8, 9, 10].map(with_)).toEqual([1300n, 1000n, 1000n, 950n])
})

it('bounds norms around what was admitted', () => {
  const terms = adviseTerms({ ...seen, norms: [400n, 900n, 1600n] }, { before, limits: wide })
  expect([terms.minNormSq, terms.maxNormSq]).toEqual([101n, 6400n])
})

it('stays where nothing was observed, within limits, and one step from before', () => {
  expect(adviseTerms({ windows, rounds: [], failed: 0, norms: [] }, { before, limits: wide })).toEqual(before)
  const extremes: Observed[] = [
    { windows, rounds: [{ ...round, sealedAfter: 0, postedAfter: 0, rows: 0 }], failed: 0, norms: [0n, 2n ** 63n] },
    { windows, rounds: [{ ...round, sealedAfter: 10 ** 6, postedAfter: 10 ** 6 }], failed: 9, norms: [2n ** 63n] },
  ]
  for (const stepBps of [1, 500, 10_000])
    for (const observed of extremes) {
      const limits = { ...wide, least: all((value) => value - value / 10n), most: all((value) => value + value / 10n), stepBps }
      const terms = adviseTerms(observed, { before, limits })
      for (const name of ADVISED_TERMS) {
        expect(terms[name]).toBeGreaterThanOrEqual(limits.least[name])
        expect(terms[name]).toBeLessThanOrEqual(limits.most[name])
        const [value, step] = [before[name], (before[name] * BigInt(stepBps) + 9999n) / 10_000n]
        expect(terms[name] >= value - step && terms[name] <= value + step).toBe(true)
      }
    }
})
