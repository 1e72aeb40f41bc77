import { describe, expect, it } from 'vitest'
import { checkLeaves, decodeLeaves, explain, replayRule } from '../../../src/why/index.ts'
import type { RoundLeaves } from '../../../src/why/index.ts'
import { openLeaves } from '../../support/why/open-leaves.ts'
import { leavesToJson } from '../../support/why/leaves-to-json.ts'
import { JudgedRound, POISONER } from '../../support/why/judged-round.ts'

const unit = { decimals: 0, symbol: 'QRT' }
const round = await JudgedRound.make()
const refused = await JudgedRound.make({ fates: [undefined, 'copied', 'unavailable', 'inadmissible'], rule: { reference: 2 } })
const say = (of: JudgedRound, row: number) => explain(of.leavesOf(row), { unit })

describe('why', () => {
  it('accepts the leaves of a claim, and they survive JSON', () => {
    const leaves = round.leavesOf(POISONER)
    const read = decodeLeaves(JSON.parse(JSON.stringify(leavesToJson(leaves))))
    expect(read).toEqual(leaves)
    expect(checkLeaves(read, round.facts).map(({ what }) => what)).toEqual([
      'the specification',
      'the claim',
      'the claim before',
      'the members rows',
      'the inner products of the updates',
      'the intermediate values of the rule',
      'the ledger before the round',
      'the ledger after the round',
    ])
  })

  it('the rule gives the verdicts of the claim again, for every row', () => {
    for (const judged of [round, refused])
      for (const row of judged.computed.rows.keys()) expect(replayRule(judged.leavesOf(row)).differences).toEqual([])
  })

  it('says that a poisoner is an outlier, with the oddness of the trace', () => {
    const { verdict, headline, steps, reward } = say(round, POISONER)
    expect({ verdict, reward }).toEqual({ verdict: 'rejected', reward: 0n })
    expect(headline).toMatch(/^Not paid: the update is an outlier\. The update lies \d\.\d\d times as far/)
    const odd = steps.find(({ title }) => title === 'The update is an outlier')!.facts[0]!
    const trace = round.computed.parts.trace.find(({ kind }) => kind === 20)!.words[POISONER]!
    expect(odd.exact).toBe(`${trace}/65536`)
    expect(steps.filter(({ outcome }) => outcome === 'against').map(({ title }) => title)).toEqual([
      'The update is an outlier',
      'Weight in the sum',
      'No pay',
    ])
  })

  it('says what a paid member earned, and the ledger has it', () => {
    const { headline, reward, verdict } = say(round, 0)
    const leaf = round.computed.state.ledger.get(round.computed.rows[0]!.slot)!
    expect(verdict).toBe('accepted')
    expect(reward).toBe(leaf.reward)
    expect(headline).toBe(`Paid ${leaf.reward} QRT: the update was accepted.`)
  })

  it('says how much weight an update keeps that goes back on the last step', () => {
    const leaves = refused.leavesOf(4)
    const place = refused.computed.rows.slice(0, 4).filter(({ verdict }) => verdict >= 3).length
    const going = (stays: bigint, factor: bigint): RoundLeaves => ({
      ...leaves,
      trace: leaves.trace.map((leaf) =>
        leaf.kind === 33 ? { ...leaf, words: [...leaf.words.with(place, stays).slice(0, -1), factor] } : leaf,
      ),
    })
    const step = (of: RoundLeaves) => explain(of, { unit }).steps.find(({ title }) => title.includes('goes back'))
    expect(step(going(65_536n, 0n))).toBeUndefined()
    expect(step(going(32_768n, 65_536n))).toBeUndefined()
    const held = step(going(32_768n, 16_384n))!
    expect(held.text).toContain('keeps 62.5 % of its weight')
    expect(held.facts.map(({ leaf }) => leaf)).toEqual([`trace kind 33, word ${place}`, 'trace kind 33, last word'])
  })

  it('says why a row never reached the rule', () => {
    expect(say(refused, 0).headline).toContain('Row 1 has the same update')
    expect(say(refused, 1).headline).toContain('Row 0 has the same update')
    expect(say(refused, 2).headline).toContain('Not paid: the update is not available')
    expect(say(refused, 3).headline).toContain('Chunk 0 of the update has a value of −128')
  })

  it('says of an account without a row that it has none', () => {
    const nobody = `0x${'99'.repeat(20)}` as const
    expect(explain(openLeaves(round.computed.parts, { member: nobody, slot: 500 }), { unit }).headline).toContain(
      'no row in the claim',
    )
  })

  it('a rule told otherwise is found out even where all hashes fit', () => {
    const leaves = round.leavesOf(POISONER)
    const rows = leaves.rows.map((row, index) => (index === POISONER ? { ...row, score: 5n } : row))
    expect(replayRule({ ...leaves, rows }).differences).toContain(`the score of row ${POISONER} is not that of the rule`)
  })
})

describe('a tampered leaf is refused', () => {
  const leaves = round.leavesOf(POISONER)
  const first = <T>(list: readonly T[], change: (item: T) => T): T[] => list.map((item, i) => (i === 0 ? change(item) : item))
  const slot = (of: RoundLeaves['ledgerAfter']) => ({ ...of!, leaf: { ...of!.leaf!, reward: of!.leaf!.reward + 1n } })
  const lies: [what: string, changed: RoundLeaves][] = [
    ['the specification', { ...leaves, spec: { ...leaves.spec, rule: { ...leaves.spec.rule, rejectBps: 1 } } }],
    ['the claim', { ...leaves, round: 2n }],
    ['the claim', { ...leaves, claim: { ...leaves.claim, ledgerTotal: 1n } }],
    ['the claim before', { ...leaves, parent: { ...leaves.parent, round: 5n } }],
    ['the members rows', { ...leaves, rows: first(leaves.rows, (row) => ({ ...row, verdict: 5 })) }],
    ['the members rows', { ...leaves, rows: leaves.rows.slice(1) }],
    [
      'the inner products of the updates',
      { ...leaves, gram: first(leaves.gram, (pair) => ({ ...pair, product: pair.product + 1 })) },
    ],
    [
      'the intermediate values of the rule',
      { ...leaves, trace: first(leaves.trace, (leaf) => ({ ...leaf, words: first(leaf.words, (word) => word + 1n) })) },
    ],
    ['the ledger before the round', { ...leaves, ledgerBefore: { ...leaves.ledgerBefore!, leaf: leaves.ledgerAfter!.leaf } }],
    ['the ledger after the round', { ...leaves, ledgerAfter: slot(leaves.ledgerAfter) }],
  ]
  it.each(lies)('%s', (what, changed) => {
    expect(() => checkLeaves(changed, round.facts)).toThrow(
      expect.objectContaining({ code: 'OPENING_MISMATCH', details: expect.objectContaining({ what }) }),
    )
  })

  it('the leaf of another member', () => {
    const other = round.leavesOf(0)
    const changed = { ...leaves, ledgerBefore: other.ledgerBefore, ledgerAfter: other.ledgerAfter }
    expect(() => checkLeaves(changed, round.facts)).toThrow(expect.objectContaining({ code: 'OPENING_MISMATCH' }))
  })
})
