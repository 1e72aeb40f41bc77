import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  appendResult,
  loadAttack,
  loadLabDataset,
  loadRule,
  readResults,
  renderMarkdown,
  renderReport,
  summarise,
} from '../../../src/lab/index.ts'
import { resultOf, SETTINGS } from './fixtures.ts'

const EXAMPLES = resolve(import.meta.dirname, '../../../examples')
let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quorate-lab-'))
})
afterAll(async () => {
  await rm(folder, { recursive: true })
})

describe('results', () => {
  it('are read back by key; a torn line is passed over and does not spoil the next', async () => {
    const file = join(folder, 'results.jsonl')
    expect((await readResults(file)).size).toBe(0)
    const [a, b, c] = [resultOf({ seed: 1 }), resultOf({ seed: 2 }), resultOf({ seed: 3 })]
    await appendResult(file, a)
    await appendFile(file, JSON.stringify(b).slice(0, 50))
    await appendResult(file, c)
    expect([...(await readResults(file)).values()]).toEqual([a, c])
  })
})

describe('modules by path', () => {
  it('loads the example attack under a name with its hash', async () => {
    const attack = await loadAttack(join(EXAMPLES, 'constant-attack.ts'))
    expect(attack!.label).toMatch(/^constant@[0-9a-f]{8}$/)
    expect(attack!.value.name).toBe('constant')
  })

  it('loads the example rule', async () => {
    const rule = await loadRule(join(EXAMPLES, 'shortest-half-rule.ts'))
    expect(rule.label).toMatch(/^shortest-half@[0-9a-f]{8}$/)
    expect(rule.value.provable).toBe(false)
  })

  it('finds built-in ones by name, and none', async () => {
    expect(await loadAttack('none')).toBeUndefined()
    expect((await loadAttack('alie'))!.label).toBe('alie')
    expect((await loadRule('nnmGm')).label).toBe('held-nnm-gm')
  })

  it.each([
    ['export default 3', 'an object'],
    ['export const attack = {}', 'an object'],
    ['export default { name: "x" }', 'an attack'],
    ['throw new Error("no luck")', 'no luck'],
  ])('refuses %s', async (text, reason) => {
    const file = join(folder, `m${text.length}.mjs`)
    await writeFile(file, text)
    const expected = expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining(reason) })
    await expect(loadAttack(file)).rejects.toEqual(expected)
  })

  it('refuses files that are not there and attacks offered as rules', async () => {
    await expect(loadRule('./nowhere.ts')).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    await expect(loadRule(join(EXAMPLES, 'constant-attack.ts'))).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    await expect(loadRule('best')).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })
})

describe('data sets', () => {
  it('skips what is not on this machine with a line that says so', async () => {
    expect(await loadLabDataset('fashion-mnist', folder)).toEqual({ skipped: expect.stringContaining('cannot be read') })
  })

  it('loads the example by path', async () => {
    const dataset = await loadLabDataset(join(EXAMPLES, 'seven-segment-dataset.ts'))
    expect(dataset).toMatchObject({ label: expect.stringMatching(/^seven-segment@[0-9a-f]{8}$/), value: { classes: 10 } })
  })

  it.each([
    ['export default { name: "x" }', 'a data set'],
    [
      'export default { name: "x", load: async () => ({ classes: 2, inputShape: [2], train: { inputs: [1], labels: [0] } }) }',
      'one row',
    ],
  ])('refuses %s', async (text, reason) => {
    const file = join(folder, `d${text.length}.mjs`)
    await writeFile(file, text)
    await expect(loadLabDataset(file)).rejects.toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringContaining(reason) })
  })

  it('refuses a name nobody knows', async () => {
    await expect(loadLabDataset('imagenet')).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })
})

describe('report', () => {
  const results = [
    resultOf({ attack: 'none' }, { final: 0.9, accuracy: [0.7, 0.9] }),
    resultOf({ attack: '<b>' }, { final: 0.6 }),
    resultOf({ attack: '<b>', seed: 2 }, { final: 0.4, accuracy: [0.1, 0.4] }),
    resultOf({ attack: 'none', rule: 'krum' }, { refused: 'too few', accuracy: [] }),
  ]

  it('averages over seeds and keeps the worst', () => {
    const [table] = summarise(results)
    expect(table).toMatchObject({ attacks: ['none', '<b>'], rules: ['equalised-nnm-gm', 'krum'] })
    const group = table!.groups.find(({ attack }) => attack === '<b>')!
    expect(group).toMatchObject({ seeds: 2, final: 0.5, worst: 0.4, attackers: { rejected: 1 } })
    expect(group.accuracy).toEqual([0.3, 0.575])
  })

  it('has the tables as Markdown, the worst attack below', () => {
    const lines = renderMarkdown(results).split('\n')
    expect(lines).toContain('| none | .900 | refused |')
    expect(lines).toContain('| <b> | .500 | – |')
    expect(lines).toContain('| worst attack | **.500** | – |')
    expect(lines).toContain('| <b> | 0.00 / 0.00 | – |')
  })

  it('plots over the rounds in which the accuracy was measured, and nothing where that was one', () => {
    const settings = { ...SETTINGS, rounds: 50, evaluateEvery: 20 }
    const html = renderReport([resultOf({}, { settings, accuracy: [0.5, 0.6, 0.7] })], '')
    expect(html).toContain('>round 20</text>')
    expect(html).toContain('>round 50</text>')
    expect(html).not.toContain('NaN')
    expect(renderReport([resultOf({}, { settings, accuracy: [0.7] })], '')).not.toContain('<svg')
  })

  it('begins with the worst attack over the whole grid, where there is more than one table', () => {
    const one = resultOf({ partition: 'gamma:0', attack: 'ipm' }, { peak: 0.912, final: 0.9 })
    const two = resultOf({ partition: 'gamma:1', attack: 'ipm' }, { peak: 0.98, final: 0.97 })
    expect(renderReport([one, two], '')).toContain('90.0 (peak 91.2; 1)')
    expect(renderReport([one], '')).not.toContain('Worst attack:')
  })

  it('has columns for odd members only where a circumstance sets some apart', () => {
    const odd = { rejected: 0, downweighted: 0, weightless: 0, unpaid: 0, pay: 1, weight: 1 }
    expect(renderReport([resultOf({ circumstance: 'late' }, { odd })], '')).toContain('>odd<')
    expect(renderReport([resultOf({}, { odd })], '')).not.toContain('>odd<')
  })

  it('is one page without outside parts, and escapes names', () => {
    const html = renderReport(results, 'quorate lab --attack "<x>"')
    expect(html).toContain('50.0 (40.0)')
    expect(html).toContain('title="too few"')
    expect(html).toContain('<svg')
    expect(html).not.toContain('<b>')
    expect(html).not.toMatch(/<script|<link|src=|https?:/)
  })
})
