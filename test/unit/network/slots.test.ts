import { describe, expect, it } from 'vitest'
import { Slots } from '../../../src/network/blob/slots.ts'
import type { Hash } from '../../../src/protocol/index.ts'

const peer: Hash = `0x${'01'.repeat(32)}`
const other: Hash = `0x${'02'.repeat(32)}`

describe('Slots', () => {
  it('admits so many per key and lets the rest wait', async () => {
    const slots = new Slots<Hash>(2)
    const { signal } = new AbortController()
    expect([slots.tryAcquire(peer), slots.tryAcquire(peer), slots.tryAcquire(peer), slots.tryAcquire(other)]).toEqual([
      true,
      true,
      false,
      true,
    ])
    const order: number[] = []
    const waiting = [1, 2].map(async (n) => {
      await slots.acquire(peer, signal)
      order.push(n)
    })
    slots.release(peer)
    await waiting[0]
    expect(order).toEqual([1])
    slots.release(peer)
    await Promise.all(waiting)
    expect(order).toEqual([1, 2])
  })

  it('passes over who was cancelled', async () => {
    const slots = new Slots<Hash>(1)
    slots.tryAcquire(peer)
    const abort = new AbortController()
    const cancelled = slots.acquire(peer, abort.signal)
    const next = slots.acquire(peer, new AbortController().signal)
    abort.abort()
    await expect(cancelled).rejects.toMatchObject({ code: 'CANCELLED' })
    slots.release(peer)
    await next
  })
})
