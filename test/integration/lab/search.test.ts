import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { inlineRunner } from '../../../cli/lab/cell-runner.ts'
import { runSearch } from '../../../cli/lab/run-search.ts'
import { ruleByName } from '../../../src/aggregation/index.ts'
import { labAttackByName, readResults } from '../../../src/lab/index.ts'
import type { Cell, CoalitionAttack, LabAttack, Tried } from '../../../src/lab/index.ts'
import { loadDataset } from '../../../src/training/index.ts'
import type { Dataset } from '../../../src/training/index.ts'
import { CELL, SETTINGS } from '../../unit/lab/fixtures.ts'

let folder: string
let dataset: Dataset
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'search-'))
  dataset = await loadDataset('mnist')
})
afterAll(async () => rm(folder, { recursive: true, force: true }))

const attackOf = ({ attack }: Cell): LabAttack | undefined => (attack === 'none' ? undefined : labAttackByName(attack))

it('searches through the real rule, keeps every cell, and resumes with a larger budget', async () => {
  const file = join(folder, 'results.jsonl')
  const search = async (budget: number): Promise<{ tried: Tried[]; story: string[] }> => {
    const story: string[] = []
    const tried = await runSearch({
      attack: labAttackByName('colluding-noise') as CoalitionAttack,
      objective: 'pay',
      budget,
      cells: [{ ...CELL, rule: 'novelty-nnm-gm' }],
      settings: { ...SETTINGS, clip: true },
      file,
      folder,
      runner: inlineRunner((cell) => ({ dataset, attack: attackOf(cell), rule: ruleByName(cell.rule) }), 'wasm'),
      words: ['lab', '--search', 'colluding-noise', '--objective', 'pay'],
      story: (line) => story.push(line),
    })
    return { tried, story }
  }
  const { tried } = await search(2)
  expect(tried).toHaveLength(2)
  // Two strategies and nobody attacking.
  const first = await readResults(file)
  expect(first.size).toBe(3)

  const more = await search(3)
  const later = await readResults(file)
  expect(later.size).toBe(4)
  for (const [key, result] of first) expect(later.get(key)).toEqual(result)
  const { value, text } = more.tried[0]!
  expect(value).toBe(Math.max(...[...later.values()].map(({ attackers }) => attackers?.pay ?? 0)))
  expect(await readFile(join(folder, 'search.md'), 'utf8')).toContain(`quorate lab --attack none,${text}`)
})
