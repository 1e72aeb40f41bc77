import { expect, it } from 'vitest'
import { requireTask } from '../../../participant/join-coordinator.ts'
import type { QuorateError } from '../../../src/core/index.ts'

it('a task that the configuration does not name is refused with both numbers and what to change', () => {
  requireTask(3n, 3n)
  let refusal: unknown
  try {
    requireTask(3n, 4n)
  } catch (error) {
    refusal = error
  }
  expect(refusal).toMatchObject({
    code: 'TASK_MISMATCH',
    message: 'the coordinator offers task 4, the configuration names task 3',
    details: { wanted: 3n, offered: 4n },
  })
  expect((refusal as QuorateError).advice).toMatch('[task] id')
})
