import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Lifecycle } from '../../../src/core/index.ts'
import type { Service } from '../../../src/core/index.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('names the service that takes long to stop, and no other', async () => {
  const hung = Promise.withResolvers<void>()
  const service = (name: string, stop: () => Promise<void>): Service => ({ name, start: async () => {}, stop })
  const slow: string[] = []
  const life = new Lifecycle(
    [service('first', async () => {}), service('second', async () => hung.promise), service('third', async () => {})],
    (name) => slow.push(name),
  )
  await life.start()
  const stopped = life.stop()
  await vi.advanceTimersByTimeAsync(9_000)
  expect(slow).toEqual([])
  await vi.advanceTimersByTimeAsync(2_000)
  expect(slow).toEqual(['second'])
  hung.resolve()
  await stopped
  expect(vi.getTimerCount()).toBe(0)
})
