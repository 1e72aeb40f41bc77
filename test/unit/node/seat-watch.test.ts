import { expect, it } from 'vitest'
import { NATIVE, QuorateError, silentLogger } from '../../../src/core/index.ts'
import { SeatWatch } from '../../../src/node/index.ts'

it('says once that the rewards of the next round are missing, however often it looks', async () => {
  const told: unknown[] = []
  const watch = new SeatWatch({
    task: { task: 1n, minMembers: 1, minStake: 0n },
    unit: NATIVE,
    membership: { accounts: () => [{ eligible: 5n }] },
    history: { open: () => undefined },
    send: async () => {
      throw new QuorateError('TRANSACTION_REVERTED', 'cannot take the seat', { details: { error: 'Underfunded' } })
    },
    events: { emit: (event) => void told.push(event) },
    logger: silentLogger,
  })
  for (let look = 0; look < 4; look++) await watch.look()
  expect(told).toMatchObject([
    { reason: expect.stringMatching(/enough members have joined/) as unknown },
    { reason: expect.stringMatching(/those of the next round are not paid in/) as unknown },
  ])
  expect(told).toHaveLength(2)
})

it('takes no seat of a task that nobody joined: no claim of such a round is true', async () => {
  let sent = 0
  const watch = new SeatWatch({
    task: { task: 1n, minMembers: 0, minStake: 0n },
    unit: NATIVE,
    membership: { accounts: () => [] },
    history: { open: () => undefined },
    send: async () => void sent++,
    events: { emit: () => {} },
    logger: silentLogger,
  })
  await watch.look()
  expect(sent).toBe(0)
})

it('says how long stake exists before it counts, where the members of a round are drawn', async () => {
  const told: unknown[] = []
  const watch = new SeatWatch({
    task: { task: 1n, minMembers: 1, minStake: 0n },
    unit: NATIVE,
    membership: { accounts: () => [{ eligible: 5n }] },
    history: { open: () => undefined },
    send: async () => {
      throw new QuorateError('NOT_ENOUGH_MEMBERS', 'cannot take the seat: TooFewMembers(0, 1)')
    },
    entryDelay: 768,
    events: { emit: (event) => void told.push(event) },
    logger: silentLogger,
  })
  for (let look = 0; look < 3; look++) await watch.look()
  expect(told).toHaveLength(2)
  expect(told[1]).toMatchObject({ reason: 'waiting for stake to count: in this task it counts 768 s after it joined' })
})

it('leaves the seat alone while something is missing, and says what once', async () => {
  const told: { reason?: string }[] = []
  let [sent, lack]: [number, string | undefined] = [0, 'waiting for buckets']
  const watch = new SeatWatch({
    task: { task: 1n, minMembers: 1, minStake: 0n },
    unit: NATIVE,
    membership: { accounts: () => [{ eligible: 5n }] },
    history: { open: () => undefined },
    send: async () => void sent++,
    lacks: async () => lack,
    events: { emit: (event) => void told.push(event as { reason?: string }) },
    logger: silentLogger,
  })
  for (let look = 0; look < 3; look++) await watch.look()
  expect(sent).toBe(0)
  expect(told.map(({ reason }) => reason)).toEqual([expect.stringMatching(/enough members have joined/), 'waiting for buckets'])
  lack = undefined
  await watch.look()
  expect(sent).toBe(1)
})
