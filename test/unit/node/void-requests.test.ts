import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { silentLogger } from '../../../src/core/index.ts'
import { requestVoid, VoidRequests } from '../../../src/node/index.ts'
import { initialRoundState, reduceRound, ZERO_HASH } from '../../../src/protocol/index.ts'
import type { Message, RoundEvent, RoundState } from '../../../src/protocol/index.ts'
import { PLAN } from '../../support/node/round-events.ts'

const member = PLAN.members[0]!.member
let dataFolder: string
let state: RoundState | undefined
const dispatched: RoundEvent[] = []
const published: Message[] = []

beforeAll(async () => void (dataFolder = await mkdtemp(join(tmpdir(), 'quorate-void-'))))
afterAll(async () => rm(dataFolder, { recursive: true }))

const node = (): VoidRequests =>
  new VoidRequests({
    dataFolder,
    task: PLAN.task,
    rounds: {
      state: (round) => (round === PLAN.round ? state : undefined),
      dispatch: (_, event) => void dispatched.push(event),
    },
    voice: { owner: member, sign: async () => '0x11', publish: async (message) => void published.push(message) },
    logger: silentLogger,
  })

it('says once, when it knows the round, that the round shall end', async () => {
  await node().look()
  await requestVoid(dataFolder, PLAN.round)
  await requestVoid(dataFolder, PLAN.round)
  await node().look()
  expect(published).toEqual([])
  state = initialRoundState(PLAN)
  await node().look()
  await node().look()
  const said = { member, claimHash: ZERO_HASH, signature: '0x11' }
  expect(published).toEqual([{ kind: 'void', task: PLAN.task, round: PLAN.round, ...said }])
  expect(dispatched).toEqual([{ type: 'void', ...said }])
  expect(reduceRound(state, dispatched[0]!).voids.size).toBe(1)
  expect(await readdir(join(dataFolder, 'void'))).toEqual([])
})

it('says nothing for a node that is no member of the round, and forgets the request', async () => {
  const before = published.length
  state = initialRoundState({ ...PLAN, members: PLAN.members.slice(1) })
  await requestVoid(dataFolder, PLAN.round)
  await node().look()
  expect(published).toHaveLength(before)
  expect(await readdir(join(dataFolder, 'void'))).toEqual([])
})
