import { expect, it } from 'vitest'
import { QuorateError, silentLogger } from '../../../src/core/index.ts'
import { SeedWatch } from '../../../src/node/index.ts'
import type { AwaitedSeed, NodeEvent, SeedDuty } from '../../../src/node/index.ts'
import { placeOf } from '../../../src/node/watcher/turn.ts'
import { toHex, word } from '../../../src/protocol/index.ts'
import { address, hash } from '../../support/node/round-events.ts'

/** Opened in block 100 at second 1000, with a commit window of 200 seconds. */
const ROUND: AwaitedSeed = { round: 7n, operator: address(9), openedAt: 1000, openedBlock: 100, commitEnd: 1200, sealEnd: 1300 }
const MEMBERS = [1, 2, 3].map(address)
const SENT = { hash: hash(1), gasUsed: 118_000n, blockNumber: 106n }

function refused(error: string): Error {
  return new QuorateError('TRANSACTION_REVERTED', `cannot store the seed: ${error}`, { details: { error } })
}

interface Played {
  watch: SeedWatch
  now: { number: bigint; timestamp: number }
  did: string[]
  told: NodeEvent[]
  warned: string[]
}

function play(self: `0x${string}`, duty: Partial<SeedDuty> = {}, members = MEMBERS): Played {
  const now = { number: 100n, timestamp: 1000 }
  const [did, told, warned]: [string[], NodeEvent[], string[]] = [[], [], []]
  let awaited: AwaitedSeed | undefined = ROUND
  const watch = new SeedWatch({
    self,
    clock: { latest: now },
    awaited: () => awaited,
    members: () => members,
    duty: {
      store: async ({ round }) => {
        did.push(`store ${round}`)
        return SENT
      },
      ...duty,
    },
    refresh: async () => {
      did.push('refresh')
      awaited = undefined
    },
    events: { emit: (event) => void told.push(event) },
    logger: { ...silentLogger, warn: (_, message) => void warned.push(message) },
  })
  return { watch, now, did, told, warned }
}

it('the holder of the seat stores the seed once its block is mined', async () => {
  const { watch, now, did, told } = play(address(9))
  now.number = 103n
  await watch.look()
  expect(did).toEqual([])
  now.number = 104n
  await watch.look()
  await watch.look()
  expect(did).toEqual(['store 7', 'refresh'])
  expect(told).toEqual([{ event: 'seeded', round: 7n, transaction: SENT.hash, gasUsed: SENT.gasUsed, block: SENT.blockNumber }])
})

it('members wait for a quarter of the commit window, and then take turns', async () => {
  const turns = MEMBERS.map((member) => 3 * placeOf(toHex(word(7n)), member, MEMBERS))
  expect(turns.toSorted((a, b) => a - b)).toEqual([0, 3, 6])
  for (const [i, member] of MEMBERS.entries()) {
    const { watch, now, did } = play(member)
    now.number = 120n
    now.timestamp = 1050 + turns[i]! - 1
    await watch.look()
    expect(did).toEqual([])
    now.timestamp++
    await watch.look()
    expect(did).toEqual(['store 7', 'refresh'])
  }
})

it('of a thousand members few send at the same time', async () => {
  const members = Array.from({ length: 1000 }, (_, i) => address(i + 100))
  const due = new Map<number, number>()
  // Their places in the order, which is drawn from the round; a quarter of the window is 50 seconds.
  for (const member of members.slice(0, 100)) {
    const place = placeOf(toHex(word(7n)), member, members)
    const { watch, now, did } = play(member, {}, members)
    Object.assign(now, { number: 120n, timestamp: 1050 + Math.min(3 * place, 50) })
    await watch.look()
    if (place >= 17 + 16) now.timestamp = 1299
    await watch.look()
    due.set(place, did.length)
  }
  for (const [place, did] of due) expect([place, did > 0]).toEqual([place, place < 17 + 16])
})

it('a node that another was faster than says nothing and reads the round again', async () => {
  for (const error of ['SeedKnown', 'BlockNotMined', 'NoOpenRound', 'NotCurrentRound', 'TooEarly']) {
    const { watch, now, did, warned } = play(address(9), { store: async () => Promise.reject(refused(error)) })
    now.number = 104n
    await watch.look()
    await watch.look()
    expect([did, warned]).toEqual([['refresh'], []])
  }
})

it('a failure is logged once', async () => {
  const store = async (): Promise<never> => Promise.reject(refused('WrongHeader'))
  const { watch, now, warned } = play(address(9), { store })
  now.number = 104n
  for (let look = 0; look < 3; look++) await watch.look()
  expect(warned).toEqual(['could not store the seed of the round; the node will retry'])
})

it('the chain forgot the block: an operator ends the round, a member does not', async () => {
  const store = async (): Promise<never> => Promise.reject(refused('BlockForgotten'))
  const failed: string[] = []
  const holder = play(address(9), { store, fail: async () => void failed.push('holder') })
  const member = play(address(1), { store })
  for (const { watch, now } of [holder, member]) {
    Object.assign(now, { number: 9000n, timestamp: 1150 })
    await watch.look()
  }
  expect(failed).toEqual(['holder'])
  expect(holder.told).toEqual([{ event: 'voided', round: 7n }])
  expect(holder.did).toEqual(['refresh'])
  expect(member.did).toEqual([])
  expect(member.warned).toHaveLength(1)
})

it('nobody stored the seed in time: any operator ends the round', async () => {
  const failed: bigint[] = []
  const other = play(address(8), { fail: async (round) => void failed.push(round) })
  Object.assign(other.now, { number: 9000n, timestamp: 1300 })
  await other.watch.look()
  expect(failed).toEqual([7n])
  expect(other.did).toEqual(['refresh'])
})

it('a round that another operator ended first is not told of as ended', async () => {
  const late = play(address(8), { fail: async () => Promise.reject(refused('NotCurrentRound')) })
  Object.assign(late.now, { number: 9000n, timestamp: 1300 })
  await late.watch.look()
  expect([late.did, late.told, late.warned]).toEqual([['refresh'], [], []])
})
