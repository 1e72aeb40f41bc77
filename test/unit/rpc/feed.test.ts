import { expect, test } from 'vitest'
import { Feed } from '../../../src/rpc/index.ts'
import { newest } from '../../../src/rpc/newest.ts'

const signal = () => new AbortController().signal

test('a subscriber gets the current value at once, then the newest', async () => {
  const feed = new Feed<number>()
  const early = feed.subscribe(signal())
  const first = early.next()
  feed.publish(1)
  expect(await first).toEqual({ done: false, value: 1 })
  for (const value of [2, 3, 4]) feed.publish(value)
  expect((await early.next()).value).toBe(4)
  const late = feed.subscribe(signal())
  expect((await late.next()).value).toBe(4)
  expect(feed.latest).toBe(4)
  expect(feed.subscribers).toBe(2)
})

test('a subscription ends with its signal, with its reader and with the feed', async () => {
  const feed = new Feed<number>()
  const controller = new AbortController()
  const aborted = feed.subscribe(controller.signal).next()
  controller.abort()
  expect((await aborted).done).toBe(true)
  feed.publish(1)
  for await (const value of feed.subscribe(signal())) {
    expect(value).toBe(1)
    break
  }
  const waiting = feed.subscribe(signal())
  await waiting.next()
  const closed = waiting.next()
  feed.close()
  expect((await closed).done).toBe(true)
  expect((await feed.subscribe(signal()).next()).done).toBe(true)
  expect((await feed.subscribe(controller.signal).next()).done).toBe(true)
  expect(feed.subscribers).toBe(0)
})

test('newest skips what a busy reader missed and ends as its source does', async () => {
  const source = async function* (fail: boolean) {
    yield* [1, 2, 3]
    if (fail) throw new Error('lost')
  }
  const seen: number[] = []
  for await (const item of newest(source(false))) seen.push(item)
  expect(seen.at(-1)).toBe(3)
  const failing = newest(source(true))
  await expect(
    (async () => {
      for await (const _ of failing);
    })(),
  ).rejects.toThrow('lost')
})
