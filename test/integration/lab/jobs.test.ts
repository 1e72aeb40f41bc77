import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { inlineRunner, threadRunner } from '../../../cli/lab/cell-runner.ts'
import type { CellRunner } from '../../../cli/lab/cell-runner.ts'
import { loadParts } from '../../../cli/lab/load-parts.ts'
import { runCells } from '../../../cli/lab/run-cells.ts'
import { gridCells, readResults } from '../../../src/lab/index.ts'
import type { CellResult } from '../../../src/lab/index.ts'
import { CELL, SETTINGS } from '../../unit/lab/fixtures.ts'

const names = {
  datasets: ['mnist'],
  attacks: ['none', 'sign-flip', 'examples/constant-attack.ts', 'turns:period=2'],
  rules: ['nnmGm'],
}
let folder: string
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'jobs-'))))
afterAll(async () => rm(folder, { recursive: true, force: true }))

it('gives the same results on two threads as on one', async () => {
  const parts = await loadParts(names, () => {})
  const cells = gridCells({
    dataset: parts.datasets,
    partition: ['dirichlet:0.5'],
    members: [5],
    byzantine: [1],
    attack: parts.attacks,
    rule: parts.rules,
    circumstance: ['none'],
    seed: [1],
  })
  const run = async (file: string, runner: CellRunner): Promise<Map<string, CellResult>> => {
    const input = {
      cells,
      settings: SETTINGS,
      file: join(folder, file),
      runner,
      story: () => {},
    }
    expect(await runCells(input)).toBe(cells.length)
    expect(await runCells(input)).toBe(0)
    const found = await readResults(input.file)
    return new Map([...found].map(([key, result]) => [key, { ...result, seconds: 0 }]))
  }
  await using one = inlineRunner(parts.partsOf, 'wasm')
  await using two = threadRunner(names, 'wasm', 2, new AbortController().signal)
  const alone = await run('one.jsonl', one)
  const threads = await run('two.jsonl', two)
  expect(threads.size).toBe(cells.length)
  for (const [key, result] of alone) expect(threads.get(key)).toEqual(result)
})

it('an interrupt ends the threads and what they run', async () => {
  const interrupt = new AbortController()
  await using runner = threadRunner(names, 'wasm', 2, interrupt.signal)
  const running = runner.run(CELL, { ...SETTINGS, rounds: 1000 })
  interrupt.abort()
  await expect(running).rejects.toMatchObject({ code: 'CANCELLED' })
})
