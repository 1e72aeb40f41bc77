import { describe, expect, it } from 'vitest'
import { PollPause } from '../../../src/chain/watch/poll-pause.ts'

/** Sleeps that end when the test says so, with how long they were to be. */
function manualClock() {
  const sleeps: { ms: number; end: () => void }[] = []
  const sleep = async (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(new Error('aborted'))
      signal?.addEventListener('abort', () => reject(new Error('aborted')))
      sleeps.push({ ms, end: resolve })
    })
  return { sleeps, sleep }
}

/** Lets everything run that waits for nothing but the test. */
const settled = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('the pause between polls', () => {
  const { signal } = new AbortController()

  it('lasts its whole time when nobody pokes', async () => {
    const clock = manualClock()
    const waited = new PollPause(clock, 200).wait(500, signal)
    clock.sleeps[0]!.end()
    await settled()
    clock.sleeps[1]!.end()
    await waited
    expect(clock.sleeps.map(({ ms }) => ms)).toEqual([200, 300])
  })

  it('ends with a poke, once the least time is over', async () => {
    const clock = manualClock()
    const pause = new PollPause(clock, 200)
    const waited = pause.wait(500, signal)
    clock.sleeps[0]!.end()
    await settled()
    pause.poke()
    await waited
    expect(clock.sleeps).toHaveLength(2)
  })

  it('lasts the least time however often it is poked, before and during it', async () => {
    const clock = manualClock()
    const pause = new PollPause(clock, 200)
    for (let poll = 0; poll < 3; poll++) {
      pause.poke()
      let over = false
      const waited = pause.wait(500, signal).then(() => (over = true))
      for (let i = 0; i < 100; i++) pause.poke()
      await settled()
      expect(over).toBe(false)
      clock.sleeps.at(-1)!.end()
      await waited
    }
    expect(clock.sleeps.map(({ ms }) => ms)).toEqual([200, 200, 200])
  })

  it('a poke shortens one pause and not the next', async () => {
    const clock = manualClock()
    const pause = new PollPause(clock, 200)
    pause.poke()
    const first = pause.wait(500, signal)
    clock.sleeps[0]!.end()
    await first
    const second = pause.wait(500, signal)
    clock.sleeps[1]!.end()
    await settled()
    clock.sleeps[2]!.end()
    await second
    expect(clock.sleeps.map(({ ms }) => ms)).toEqual([200, 200, 300])
  })

  it('ends at once when the watcher stops', async () => {
    const clock = manualClock()
    const stopping = new AbortController()
    const waited = new PollPause(clock, 200).wait(500, stopping.signal)
    stopping.abort()
    await waited
    expect(clock.sleeps).toHaveLength(1)
  })
})
