import { expect, it } from 'vitest'
import { QuorateError, silentLogger } from '../../../src/core/index.ts'
import { EpochWatch } from '../../../src/node/index.ts'
import type { EpochDuty } from '../../../src/node/index.ts'
import { placeOf } from '../../../src/node/watcher/turn.ts'
import { toHex, word } from '../../../src/protocol/index.ts'
import { address, hash } from '../../support/node/round-events.ts'

const MEMBERS = [1, 2, 3].map(address)
const OPERATOR = address(9)

/** A chain that opens and draws what it is told to; blocks of ten seconds. */
function play(self: `0x${string}`, duty: Partial<EpochDuty> = {}) {
  const now = { number: 100n, timestamp: 1000 }
  const [did, warned]: [string[], string[]] = [[], []]
  const world = {
    round: 8n as bigint | undefined,
    opened: undefined as { snapshot: number; seedBlock: number; seed?: `0x${string}` } | undefined,
  }
  const watch = new EpochWatch({
    self,
    terms: { size: 4, epoch: 8 },
    clock: { latest: now },
    round: () => world.round,
    members: () => MEMBERS,
    duty: {
      read: async () => {
        did.push('read')
        return { epoch: 1n, opened: world.opened, operator: OPERATOR }
      },
      open: async () => {
        did.push('open')
        world.opened = { snapshot: now.timestamp - 1, seedBlock: Number(now.number) + 4 }
        return { hash: hash(1) }
      },
      draw: async (epoch) => {
        did.push(`draw ${epoch}`)
        world.opened = { ...world.opened!, seed: hash(2) }
        return { hash: hash(3) }
      },
      ...duty,
    },
    logger: { ...silentLogger, warn: (_, message) => void warned.push(message) },
  })
  const pass = (blocks: number): void => {
    now.number += BigInt(blocks)
    now.timestamp += 10 * blocks
  }
  return { watch, world, did, warned, pass }
}

function refused(error: string): Error {
  return new QuorateError('TRANSACTION_REVERTED', `cannot draw: ${error}`, { details: { error } })
}

it('the holder of the seat opens the next epoch, draws it once its block is mined, and looks no more', async () => {
  const { watch, did, pass, world } = play(OPERATOR)
  await watch.look()
  pass(4)
  await watch.look()
  pass(1)
  await watch.look()
  await watch.look()
  expect(did).toEqual(['read', 'open', 'read', 'read', 'draw 1', 'read'])
  await watch.look()
  world.round = 14n
  await watch.look()
  expect(did).toHaveLength(6)
  // Round 16 is the last of its epoch: the next one is looked at.
  world.round = 16n
  await watch.look()
  expect(did).toHaveLength(7)
})

it('members wait for the holder of the seat, and then take turns', async () => {
  for (const member of MEMBERS) {
    const { watch, did, pass } = play(member)
    const place = placeOf(toHex(word(1n)), member, MEMBERS)
    await watch.look()
    pass(3 - 1)
    await watch.look()
    expect(did).toEqual(['read', 'read'])
    pass(1 + place)
    await watch.look()
    expect(did.at(-1)).toBe('open')
  }
})

it('opens an epoch once more whose block the chain forgot', async () => {
  const { watch, did, pass, world } = play(OPERATOR, { draw: async () => Promise.reject(refused('BlockForgotten')) })
  world.opened = { snapshot: 1, seedBlock: 50 }
  pass(1)
  await watch.look()
  expect(did).toEqual(['read', 'open'])
})

it('says nothing where another was faster, and a failure once', async () => {
  const faster = play(OPERATOR, { open: async () => Promise.reject(refused('EpochKnown')) })
  await faster.watch.look()
  expect(faster.warned).toEqual([])
  const failing = play(OPERATOR, { open: async () => Promise.reject(refused('OtherSpec')) })
  for (let look = 0; look < 3; look++) await failing.watch.look()
  expect(failing.warned).toEqual(['could not have the buckets of the next epoch drawn; the node will retry'])
})
