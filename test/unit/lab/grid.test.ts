import { describe, expect, it } from 'vitest'
import { ruleByName } from '../../../src/aggregation/index.ts'
import { byzantineShare, cellKey, gridCells } from '../../../src/lab/index.ts'
import { cellsOfShard } from '../../../cli/lab/shard.ts'
import { PRESETS, withPreset } from '../../../cli/lab/presets.ts'
import { parseLabFlags } from '../../../cli/lab/options.ts'
import type { LabFlags } from '../../../cli/lab/options.ts'
import { CELL, SETTINGS } from './fixtures.ts'

const axes = {
  dataset: ['mnist'],
  partition: ['dirichlet:0.5', 'shards:2'],
  members: [10],
  byzantine: [1, 2],
  attack: ['none', 'alie', 'none'],
  rule: ['mean', 'krum'],
  circumstance: ['none'],
  seed: [1, 2],
}

describe('gridCells', () => {
  it('is every combination once, seed by seed', () => {
    const cells = gridCells(axes)
    expect(cells).toHaveLength(2 * 2 * 2 * 2 * 2)
    expect(cells.slice(0, cells.length / 2).every(({ seed }) => seed === 1)).toBe(true)
    expect(new Set(cells.map((cell) => cellKey(cell, SETTINGS))).size).toBe(cells.length)
  })

  it('counts honest members beside the attackers where asked to', () => {
    const cells = gridCells({ ...axes, members: [{ honest: 10 }] })
    expect(new Set(cells.map(({ members, byzantine }) => members - byzantine))).toEqual(new Set([10]))
  })

  it('has a key for the work, settings included', () => {
    expect(cellKey(CELL, SETTINGS)).toBe(cellKey({ ...CELL }, { ...SETTINGS }))
    expect(cellKey(CELL, SETTINGS)).not.toBe(cellKey(CELL, { ...SETTINGS, rounds: SETTINGS.rounds + 1 }))
  })

  it('shards are disjoint and together the grid', () => {
    const cells = gridCells(axes)
    const parts = [1, 2, 3].map((index) => cellsOfShard(cells, { index, count: 3 }))
    expect(parts.flat().toSorted((a, b) => cells.indexOf(a) - cells.indexOf(b))).toEqual(cells)
  })
})

describe('byzantineShare', () => {
  it.each([
    ['nnmGm', 2000],
    ['krum', 2000],
    ['root-nnm-gm', 2000],
    ['centred-clipping', 2000],
    ['mean', 0],
    ['foolsgold', 0],
  ])('%s is told %i', (name, bps) => {
    expect(byzantineShare(ruleByName(name), CELL)).toBe(bps)
  })
})

describe('parseLabFlags', () => {
  const flags: LabFlags = {
    dataset: 'mnist',
    partition: 'dirichlet:0.5',
    members: '10,20',
    byzantine: '2',
    attack: 'none, sign-flip',
    rule: 'mean',
    circumstance: 'none,late',
    odd: 1,
    seed: '1,2',
    model: 'mlp',
    learner: 'auto',
    rounds: 3,
    samples: 100,
    cap: 4,
    rejectBps: 20_500,
    precision: 'int8',
    evaluateEvery: 1,
    searchEvery: 1,
    testSamples: 100,
    backend: 'auto',
    shard: '2/3',
    beyondTheory: false,
    alone: false,
    clip: false,
    jobs: 1,
    budget: 40,
    objective: 'damage',
    out: 'lab',
    reportOnly: false,
    json: false,
  }

  it('takes a preset where nothing was typed', () => {
    const preset = withPreset({ ...flags, preset: 'p1', rounds: 40 }, (flag) => flag === 'rounds')
    expect(preset).toMatchObject({ model: 'cnn-wide', rounds: 40, samples: 25, members: '10+f' })
    expect(parseLabFlags(preset).axes.members).toEqual([{ honest: 10 }])
    expect(withPreset(flags, () => false)).toBe(flags)
    expect(() => withPreset({ ...flags, preset: 'p9' }, () => false)).toThrow(expect.objectContaining({ code: 'FLAG_INVALID' }))
  })

  it.each(Object.keys(PRESETS))('reads the preset %s', (preset) => {
    expect(parseLabFlags(withPreset({ ...flags, preset, shard: '1/1' }, () => false)).settings.rounds).toBeGreaterThan(1)
  })

  it('takes the quick learner where it fits, and tfjs elsewhere', () => {
    const learnerOf = (change: Partial<LabFlags>): unknown => parseLabFlags({ ...flags, ...change }).settings.learner
    expect(learnerOf({})).toBe('quick')
    expect(learnerOf({ learner: 'quick' })).toBe('quick')
    expect(learnerOf({ learner: 'tfjs' })).toBeUndefined()
    expect(learnerOf({ model: 'cnn' })).toBeUndefined()
  })

  it('reads lists', () => {
    const { axes, attacks, shard } = parseLabFlags(flags)
    expect(axes).toMatchObject({ members: [10, 20], seed: [1, 2], byzantine: [2] })
    expect(attacks).toEqual(['none', 'sign-flip'])
    expect(shard).toEqual({ index: 2, count: 3 })
  })

  it('reads a search: one attack of a coalition, one of everything else but seeds', () => {
    const single = { ...flags, members: '10', circumstance: 'none', shard: '1/1', search: 'framing:lag=1', objective: 'frame' }
    expect(parseLabFlags(single).search).toMatchObject({ attack: { name: 'framing' }, budget: 40, objective: 'frame' })
    expect(parseLabFlags(flags).search).toBeUndefined()
    for (const wrong of [
      { search: 'sign-flip' },
      { search: 'fame' },
      { objective: 'glory' },
      { rule: 'mean,krum' },
      { shard: '1/2' },
      { reportOnly: true },
    ]) {
      expect(() => parseLabFlags({ ...single, ...wrong })).toThrow(expect.objectContaining({ code: 'FLAG_INVALID' }))
    }
  })

  it.each<Partial<LabFlags>>([
    { members: '0' },
    { members: '10,' },
    { byzantine: '5' },
    { seed: '-1' },
    { shard: '0/2' },
    { shard: '3/2' },
    { shard: '1' },
    { partition: 'even' },
    { model: 'gpt' },
    { learner: 'slow' },
    { learner: 'quick', model: 'cnn' },
    { circumstance: 'lucky' },
    { odd: 8 },
    { precision: 'float16' },
    { precision: 'float32', clip: true },
    { cap: 0.5 },
    { rejectBps: -1 },
    { memberMomentum: 1 },
    { updateExponent: Number.NaN },
    { members: '10+g' },
    { backend: 'abacus' },
    { attack: '' },
  ])('refuses %o', (wrong) => {
    expect(() => parseLabFlags({ ...flags, ...wrong })).toThrow(expect.objectContaining({ code: 'FLAG_INVALID' }))
  })
})
