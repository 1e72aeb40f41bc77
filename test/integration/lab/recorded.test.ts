import { beforeAll, describe, expect, it } from 'vitest'
import { createWasmKernels, ruleByName } from '../../../src/aggregation/index.ts'
import { playRecorded, recordRun, runCell } from '../../../src/lab/index.ts'
import type { Cell, CellResult, LabParts, LabSettings, RecordedRun } from '../../../src/lab/index.ts'
import { labAttackByName } from '../../../src/lab/attacks/index.ts'
import type { CoalitionAttack } from '../../../src/lab/index.ts'
import { loadDataset, selectBackend } from '../../../src/training/index.ts'
import { CELL, SETTINGS } from '../../unit/lab/fixtures.ts'

const cell: Cell = { ...CELL, members: 6, rule: 'nnmGm', attack: 'none', circumstance: 'own-class', partition: 'dirichlet:0.3' }
const settings: LabSettings = { ...SETTINGS, learner: 'quick', clip: true, rounds: 5, samples: 100, rejectBps: 21_500 }

let parts: LabParts
let run: RecordedRun
beforeAll(async () => {
  const rule = ruleByName('nnmGm')
  parts = { dataset: await loadDataset('mnist'), backend: await selectBackend('cpu'), kernels: createWasmKernels(), rule }
  run = await recordRun(cell, settings, parts)
})

async function inTheLab(attack?: string): Promise<CellResult> {
  const mounted = attack === undefined ? undefined : labAttackByName(attack)
  return runCell({ ...cell, attack: attack ?? 'none' }, settings, { ...parts, ...(mounted && { attack: mounted }) })
}

describe('a recorded run', () => {
  it('without an attack is what the lab runs', async () => {
    const { verdicts, members, honest } = await inTheLab()
    expect(playRecorded(run, undefined)).toMatchObject({ verdicts, members, honest })
  })

  it('keeps lengths and angles', () => {
    const { rows, reference, gram } = run.rounds[3]!
    const vectors = [...rows, reference]
    for (const [i, a] of vectors.entries())
      for (const [j, b] of vectors.entries()) {
        const product = a.reduce((sum, value, k) => sum + value * b[k]!, 0)
        const scale = Math.sqrt(gram.matrix[i * gram.size + i]! * gram.matrix[j * gram.size + j]!)
        expect(Math.abs(product - gram.matrix[i * gram.size + j]!)).toBeLessThan(1e-5 * scale)
      }
  })

  it.each([3, 4, 5])('tells what a first attack in round %i does to every member', async (start) => {
    const attack = `framing:push=2:start=${start}`
    const real = await inTheLab(attack)
    const played = playRecorded(run, labAttackByName(attack) as CoalitionAttack, { strikes: true })
    const digits = (verdicts: CellResult['verdicts']): string[] => verdicts!.honest.map((record) => record[start - 1]!)
    expect(digits(played.verdicts)).toEqual(digits(real.verdicts))
  })

  it('goes on from what the coalition did: rows of old rows are paid, and noise is not', () => {
    const payOf = (text: string): number => playRecorded(run, labAttackByName(text) as CoalitionAttack).attackers!.pay
    expect(payOf('old-rows')).toBeGreaterThan(0.3)
    expect(payOf('colluding-noise')).toBeLessThan(0.1)
  })
})
