import { expect, it } from 'vitest'
import { createWasmKernels, ruleByName } from '../../../src/aggregation/index.ts'
import { runCell } from '../../../src/lab/index.ts'
import { labAttackByName } from '../../../src/lab/attacks/index.ts'
import { loadDataset, selectBackend } from '../../../src/training/index.ts'
import { CELL, SETTINGS } from '../../unit/lab/fixtures.ts'

it('a poisoner is rejected eight times and then not looked at; honest members stay', async () => {
  const parts = {
    dataset: await loadDataset('mnist'),
    backend: await selectBackend('wasm'),
    kernels: createWasmKernels(),
    attack: labAttackByName('sign-flip'),
    rule: ruleByName('nnmGm'),
  }
  const { verdicts, attackers } = await runCell({ ...CELL, rule: 'nnmGm' }, { ...SETTINGS, rounds: 10 }, parts)
  expect(verdicts!.attackers).toEqual(['5555555500'])
  expect(verdicts!.honest.join('')).toMatch(/^[34]+$/)
  expect(attackers).toMatchObject({ rejected: 1, weight: 0, pay: 0 })
})
