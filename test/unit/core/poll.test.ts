import { once } from 'node:events'
import { expect, it } from 'vitest'
import { Poll } from '../../../src/core/index.ts'

/** A clock whose sleeps end when the test says so. */
function steps(): { sleep: (ms: number, signal?: AbortSignal) => Promise<void>; waits: number[]; next: () => void } {
  const waits: number[] = []
  let wake = (): void => {}
  const sleep = async (ms: number, signal?: AbortSignal): Promise<void> => {
    waits.push(ms)
    signal?.throwIfAborted()
    await new Promise<void>((resolve, reject) => {
      wake = resolve
      signal?.addEventListener('abort', () => reject(new Error('aborted')), { once: true })
    })
  }
  return { sleep, waits, next: () => wake() }
}
const settle = async (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))

it('looks at once, and again after each pause, until it is stopped', async () => {
  const clock = steps()
  let looks = 0
  const poll = new Poll({ name: 'test', everyMs: 7, look: async () => void looks++, clock })
  await poll.start()
  await poll.start()
  await settle()
  expect(looks).toBe(1)
  clock.next()
  await settle()
  expect([looks, clock.waits]).toEqual([2, [7, 7]])
  await poll.stop()
  expect([looks, poll.signal.aborted]).toEqual([2, true])
})

it('waits first if it is told to', async () => {
  const clock = steps()
  let looks = 0
  await using _ = stopping(new Poll({ name: 'test', everyMs: 7, late: true, look: async () => void looks++, clock }))
  await settle()
  expect(looks).toBe(0)
  clock.next()
  await settle()
  expect(looks).toBe(1)
})

it('goes on after a look that failed, and tells of it', async () => {
  const clock = steps()
  const told: unknown[] = []
  const look = async (): Promise<void> => Promise.reject(new Error(`look ${told.length}`))
  await using _ = stopping(new Poll({ name: 'test', everyMs: 7, look, failed: (error) => told.push(error), clock }))
  await settle()
  clock.next()
  await settle()
  expect(told.map(String)).toEqual(['Error: look 0', 'Error: look 1'])
})

it('waits for the look in flight when it stops, and tells of no failure then', async () => {
  const told: unknown[] = []
  let ended = false
  const look = async (signal: AbortSignal): Promise<void> => {
    await once(signal, 'abort')
    ended = true
    throw new Error('cancelled')
  }
  const poll = new Poll({ name: 'test', everyMs: 7, look, failed: (error) => told.push(error), clock: steps() })
  await poll.start()
  await poll.stop()
  expect([ended, told]).toEqual([true, []])
})

function stopping(poll: Poll): AsyncDisposable {
  void poll.start()
  return { [Symbol.asyncDispose]: async () => poll.stop() }
}
