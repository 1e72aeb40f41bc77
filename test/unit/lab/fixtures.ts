import type { Cell, CellResult, LabSettings } from '../../../src/lab/index.ts'
import { cellKey } from '../../../src/lab/index.ts'

export const CELL: Cell = {
  dataset: 'mnist',
  partition: 'dirichlet:0.5',
  members: 5,
  byzantine: 1,
  attack: 'sign-flip',
  rule: 'equalised-nnm-gm',
  circumstance: 'none',
  seed: 1,
}

export const SETTINGS: LabSettings = {
  model: 'mlp',
  rounds: 2,
  samples: 64,
  local: {},
  precision: 'int8',
  evaluateEvery: 1,
  searchEvery: 1,
  testSamples: 200,
  rootSamples: 100,
  iterations: 8,
  capQ16: 4 * 65_536,
  rejectBps: 20_500,
  beyondTheory: false,
  odd: 1,
}

export function resultOf(cell: Partial<CellResult['cell']>, rest: Partial<CellResult> = {}): CellResult {
  const whole = { ...CELL, ...cell }
  return {
    key: cellKey(whole, SETTINGS),
    cell: whole,
    settings: SETTINGS,
    accuracy: [0.5, 0.75],
    peak: 0.75,
    final: 0.75,
    honest: { rejected: 0, downweighted: 0, weightless: 0, unpaid: 0, pay: 1.2, weight: 1.25 },
    attackers: { rejected: 1, downweighted: 0, weightless: 0, unpaid: 1, pay: 0, weight: 0 },
    seconds: 1,
    ...rest,
  }
}
