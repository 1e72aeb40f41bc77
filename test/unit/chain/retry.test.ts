import { expect, it } from 'vitest'
import { backoffMs } from '../../../src/chain/rpc/backoff.ts'
import { backoffOf, retryAfterOf } from '../../../src/chain/rpc/retry-after.ts'
import { RpcPace } from '../../../src/chain/rpc/rpc-pace.ts'

it('reads Retry-After as seconds or as a date', () => {
  const now = Date.parse('Wed, 21 Oct 2026 07:28:00 GMT')
  expect(retryAfterOf('120', now)).toBe(120_000)
  expect(retryAfterOf('0.5', now)).toBe(500)
  expect(retryAfterOf('Wed, 21 Oct 2026 07:28:30 GMT', now)).toBe(30_000)
  expect(retryAfterOf('Wed, 21 Oct 2026 07:00:00 GMT', now)).toBe(0)
  for (const header of [null, '', ' ', 'soon']) expect(retryAfterOf(header, now)).toBeUndefined()
})

it('reads the pause that is in the data of an error', () => {
  expect(backoffOf({ rate: { allowed_rps: 1, backoff_seconds: 30 } })).toBe(30_000)
  for (const data of [undefined, null, '0x', {}, { rate: {} }, { rate: { backoff_seconds: 'long' } }]) {
    expect(backoffOf(data)).toBeUndefined()
  }
})

it('doubles the pause up to the cap, half of it jitter', () => {
  const pauses = (random: number) => [0, 1, 2, 3, 50].map((n) => backoffMs(n, { baseMs: 100, capMs: 500, random: () => random }))
  expect(pauses(0)).toEqual([50, 100, 200, 250, 250])
  expect(pauses(0.5)).toEqual([75, 150, 300, 375, 375])
})

it('remembers a certain batch limit for good and tries a guessed one again', () => {
  const pace = new RpcPace({ batch: 100, parallel: 8 })
  const good = (times: number) => {
    for (let n = 0; n < times; n++) pace.good()
  }
  pace.tooLarge(25, { certain: false })
  expect(pace.batch).toBe(25)
  good(64)
  expect(pace.batch).toBe(50)
  pace.tooLarge(3, { certain: true })
  good(1000)
  expect(pace.batch).toBe(3)
  for (let n = 0; n < 10; n++) pace.tooFast()
  expect([pace.batch, pace.parallel]).toEqual([1, 1])
  good(1000)
  expect([pace.batch, pace.parallel]).toEqual([3, 8])
})
