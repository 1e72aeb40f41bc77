import { expect, it } from 'vitest'
import { describeTask } from '../../../coordinator/actions/create-task.ts'

const task = { model: 'mlp', seed: 1, rule: 'nnmGm', byzantineBps: 2500, rewardPerRound: 10n }

it('a task that the contracts accept is described', () => {
  expect(describeTask({ ...task, byzantineBps: 3000, toleranceBps: 3000 }).spec.toleranceBps).toBe(3000)
})

it.each([
  ['toleranceBps', { byzantineBps: 2501 }],
  ['minSealedBps', { minSealedBps: 2999 }],
  ['rewardPerRound', { rewardPerRound: 2n ** 96n + 1n }],
])('a task with another %s than the contracts accept is not described', (field, change) => {
  expect(() => describeTask({ ...task, ...change })).toThrow(
    expect.objectContaining({ code: 'SPEC_OUT_OF_BOUNDS', details: expect.objectContaining({ field }) as unknown }),
  )
})
