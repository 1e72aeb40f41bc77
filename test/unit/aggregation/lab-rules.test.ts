import { describe, expect, it } from 'vitest'
import {
  aggregateRound,
  assertRuleSafe,
  createWasmKernels,
  LAB_RULES,
  ruleByName,
  taskRule,
  taskRuleNames,
} from '../../../src/aggregation/index.ts'
import { SEGMENT } from '../../../src/protocol/types.ts'
import { hashOf, RULE, seeded, taskSpec } from './fixtures.ts'

const equal = (n: number): bigint[] => Array.from({ length: n }, () => 100n)

describe('ruleByName', () => {
  it('finds every rule, with and without the flag', () => {
    for (const { name } of LAB_RULES) expect(ruleByName(name).name).toBe(name)
    expect(ruleByName('krum+foolsgold').name).toBe('krum+foolsgold')
    expect(ruleByName('nnmGm').name).toBe('held-nnm-gm')
  })

  it('lists the known names', () => {
    expect(() => ruleByName('best')).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
    expect(() => ruleByName('toString')).toThrow('multi-krum')
  })

  it('says of every rule where it comes from, what it withstands and how stake enters', () => {
    for (const { paper, breakdown, weighting } of LAB_RULES) {
      expect(paper).toMatch(/20\d\d/)
      expect(breakdown).not.toBe('')
      expect(weighting).not.toBe('')
    }
  })
})

describe('taskRule', () => {
  it.each([
    ['mean', 'mean', 'novelty'],
    ['nnmGm', 'nnmGm', 'novelty'],
    ['held-nnm-gm', 'nnmGm', 'novelty'],
  ])('%s opens a task', (name, rule, reference) => {
    expect(taskRule(name)).toEqual({ rule, reference })
  })

  it('knows exactly the rules that the lab calls provable', () => {
    const provable = LAB_RULES.filter((rule) => rule.provable).map(({ name }) => name)
    expect(taskRuleNames.toSorted()).toEqual([...provable, 'nnmGm'].toSorted())
  })

  it.each(['krum', 'gm', 'trimmed-mean', 'novelty-nnm-gm', 'root-nnm-gm', 'krum+foolsgold'])('%s is for the lab only', (name) => {
    expect(() => taskRule(name)).toThrow(expect.objectContaining({ code: 'RULE_NOT_PROVABLE' }))
    expect(() => taskRule(name)).toThrow(/can use nnmGm, .*mean; .* is only for quorate lab/)
  })

  it('lists what a task can use for a name that nobody knows', () => {
    expect(() => taskRule('toString')).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
    expect(() => taskRule('best')).toThrow('a task can use nnmGm, held-nnm-gm')
  })
})

describe('assertRuleSafe', () => {
  it.each([
    ['mean', 10, 2500, 'tolerates no Byzantine'],
    ['krum', 4, 2500, 'n > 2f + 2'],
    ['multi-krum', 10, 4000, 'n > 2f + 2'],
    ['gm', 10, 5000, 'no honest majority'],
    ['gm', 2, 2500, 'do not show'],
    ['centred-clipping', 10, 2000, 'has a proof for'],
    ['foolsgold', 10, 1000, 'no Byzantine'],
    ['gm', 0, 0, 'no row has stake'],
  ])('%s with %i members and F = %i bps is refused: %s', (name, n, byzantineBps, reason) => {
    const check = (): void => assertRuleSafe(ruleByName(name), equal(n), { byzantineBps })
    expect(check).toThrow(expect.objectContaining({ code: 'RULE_UNSAFE' }))
    expect(check).toThrow(reason)
  })

  it.each([
    ['mean', 10, 0],
    ['krum', 10, 2500],
    ['krum', 5, 1000],
    ['gm', 3, 3333],
    ['root-nnm-gm', 10, 4900],
    ['centred-clipping', 10, 1000],
  ])('%s with %i members and F = %i bps passes', (name, n, byzantineBps) => {
    expect(() => assertRuleSafe(ruleByName(name), equal(n), { byzantineBps })).not.toThrow()
  })

  it('looks at stake, not at heads: one holder of most of it is no cohort for Krum', () => {
    expect(() => assertRuleSafe(ruleByName('krum'), [100n, ...equal(9), 10_000n], { byzantineBps: 1000 })).toThrow('n > 2f + 2')
  })
})

describe('aggregateRound with a rule of the lab', () => {
  const kernels = createWasmKernels()
  const spec = taskSpec({ rule: { ...RULE, byzantineBps: 2000 } })
  const next = seeded(7)
  const base = Array.from({ length: 768 }, () => Math.round(20 * next()))
  const rows = Array.from({ length: 5 }, (_, i) => {
    const update = new Int8Array(SEGMENT)
    base.forEach((value, k) => (update[k] = i === 4 ? -5 * value : value + Math.round(4 * next())))
    const member = `0x${String(i + 1).repeat(40)}` as const
    return { member, slot: i, weight: 10n, updateRoot: hashOf(i), update }
  })
  const input = { spec, round: 1n, kernels, model: new Int32Array(SEGMENT), reference: null, ledger: new Map(), rows }

  it.each(['krum', 'multi-krum', 'gm', 'unscaled-nnm-gm', 'dnc', 'trimmed-mean', 'median', 'nnm-trimmed-mean'])(
    '%s moves the model as the honest do and pays the poisoner next to nothing',
    (name) => {
      const { model, ledger, rows: judged } = aggregateRound(input, ruleByName(name))
      const cosine = correlation([...model.subarray(0, 768)], base)
      expect(cosine).toBeGreaterThan(0.95)
      expect(judged.reduce((sum, { beta }) => sum + beta, 0)).toBe(65_536)
      expect(Number(ledger.get(4)!.reward)).toBeLessThan(Number(ledger.get(0)!.reward) / 20)
    },
  )

  it('is the protocol itself for a provable rule', () => {
    const own = aggregateRound(input)
    const lab = aggregateRound(input, ruleByName('held-nnm-gm'))
    expect(lab.traceRoot).toBe(own.traceRoot)
    expect(lab.model).toEqual(own.model)
  })
})

function correlation(a: readonly number[], b: readonly number[]): number {
  const dot = (x: readonly number[], y: readonly number[]): number => x.reduce((sum, value, k) => sum + value * y[k]!, 0)
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
}
