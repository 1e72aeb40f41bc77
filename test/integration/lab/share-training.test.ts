import { beforeAll, describe, expect, it } from 'vitest'
import { createWasmKernels, ruleByName } from '../../../src/aggregation/index.ts'
import { createSharedTraining, runCell } from '../../../src/lab/index.ts'
import type { Cell, CellResult, LabSettings, SharedTraining } from '../../../src/lab/index.ts'
import { labAttackByName } from '../../../src/lab/attacks/index.ts'
import { loadDataset, selectBackend } from '../../../src/training/index.ts'
import type { Backend, Dataset } from '../../../src/training/index.ts'
import { CELL, SETTINGS } from '../../unit/lab/fixtures.ts'

let dataset: Dataset
let backend: Backend
beforeAll(async () => {
  dataset = await loadDataset('mnist')
  backend = await selectBackend('wasm')
})

async function run(change: Partial<Cell>, settings: Partial<LabSettings>, shared?: SharedTraining): Promise<CellResult> {
  const cell = { ...CELL, ...change }
  const attack = cell.attack === 'none' ? undefined : labAttackByName(cell.attack)
  const parts = { dataset, backend, kernels: createWasmKernels(), attack, rule: ruleByName(cell.rule), shared }
  return { ...(await runCell(cell, { ...SETTINGS, ...settings }, parts)), seconds: 0 }
}

describe('shared training', () => {
  it.each<Partial<LabSettings>>([{ local: { memberMomentum: 0.5 } }, { learner: 'quick', rounds: 3 }])(
    'gives every cell the bits that it has by itself: %o',
    async (change) => {
      const shared = createSharedTraining()
      const settings = { clip: true as const, rounds: 2, ...change }
      const cells = [
        { attack: 'none', rule: 'nnmGm' },
        { attack: 'none', rule: 'mean' },
        { attack: 'sleeper', rule: 'nnmGm' },
        { attack: 'sign-flip', rule: 'nnmGm' },
        { attack: 'colluding-noise', rule: 'nnmGm' },
      ]
      for (const cell of cells) {
        expect(await run(cell, settings, shared), `${cell.attack} × ${cell.rule}`).toEqual(await run(cell, settings))
      }
      // All five members in round 1 of the second cell, and the four honest ones in that of the others.
      expect(shared.counts.found).toBeGreaterThanOrEqual(5 + 3 * 4)
    },
  )

  it('keeps apart what trains otherwise', async () => {
    const shared = createSharedTraining()
    await run({}, { rounds: 1 }, shared)
    const { trained } = shared.counts
    // Another seed, partition, circumstance and length of training: nobody trains as before.
    await run({ seed: 2 }, { rounds: 1 }, shared)
    await run({ partition: 'dirichlet:1' }, { rounds: 1 }, shared)
    await run({ circumstance: 'late' }, { rounds: 1 }, shared)
    await run({}, { rounds: 1, samples: 32 }, shared)
    expect(shared.counts.found).toBe(0)
    await run({ attack: 'gaussian' }, { rounds: 1 }, shared)
    expect(shared.counts.found).toBe(trained)
  })
})
