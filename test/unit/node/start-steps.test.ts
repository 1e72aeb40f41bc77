import { expect, it } from 'vitest'
import { QuorateError, silentLogger } from '../../../src/core/index.ts'
import type { ErrorCode } from '../../../src/core/index.ts'
import { StartSteps } from '../../../src/node/index.ts'
import type { NodeEvent } from '../../../src/node/index.ts'

/** Steps that wait for nothing, and what they told. */
function stepsWith(signal = new AbortController().signal): { steps: StartSteps; told: string[] } {
  const told: string[] = []
  const emit = (event: NodeEvent): void => void told.push('reason' in event ? String(event.reason) : event.event)
  const clock = { sleep: async () => {} }
  return { steps: new StartSteps({ signal, events: { emit }, logger: silentLogger, clock }), told }
}

/** Fails so many times. */
function failing(times: number, code: ErrorCode): () => Promise<number> {
  let tries = 0
  return async () => {
    if (++tries <= times) throw new QuorateError(code, 'the journal cannot be written')
    return Promise.resolve(tries)
  }
}

it('waits for room on a full disk, and says so once', async () => {
  const { steps, told } = stepsWith()
  expect(await steps.step('the data folder data', failing(3, 'STORAGE_FULL'))).toBe(4)
  expect(told).toEqual([expect.stringContaining('waiting for the data folder data')])
})

it.each(['STORAGE_LOCKED', 'SPEC_MISMATCH', 'JOURNAL_CORRUPT'] as ErrorCode[])('does not wait after %s', async (code) => {
  const { steps, told } = stepsWith()
  await expect(steps.step('the data folder data', failing(1, code))).rejects.toMatchObject({ code })
  expect(told).toEqual([])
})

it('ends when it is cancelled, and leaves the attempt alone', async () => {
  const abort = new AbortController()
  const { steps } = stepsWith(abort.signal)
  const attempt = Promise.withResolvers<number>()
  const step = steps.step('the chain', async () => attempt.promise)
  abort.abort()
  await expect(step).rejects.toMatchObject({ code: 'CANCELLED' })
  attempt.resolve(1)
})
