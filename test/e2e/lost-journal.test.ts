import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Consortium } from '../../cli/demo/consortium.ts'
import { freePorts } from '../../cli/demo/free-port.ts'
import { jumpTo } from './support/jump-to.ts'
import type { Programs } from './support/programs.ts'
import { from, LONG_WINDOWS, roundOf, RunningConsortium } from './support/running-consortium.ts'
import { LONG } from '../support/long.ts'

let running: RunningConsortium
let consortium: Consortium
let programs: Programs

/** A round that waits for its third member, in which the operator gave receipts to the others. */
async function held(): Promise<bigint> {
  const { round } = await running.current()
  for (const name of ['member-0', 'member-1'])
    await programs.event(
      `${name} has a receipt of round ${round}`,
      (event) => from(name, 'round', round)(event) && Number(event['committed']) >= 2,
    )
  expect((await running.current()).state).toBe('commit')
  return round
}

/** The operator ends that round by itself, long before its time is over, and nobody is slashed. */
async function expectGivenUp(round: bigint, since: number): Promise<void> {
  await programs.event(
    'the operator says that it keeps silent',
    (event) => from('coordinator', 'silent', round)(event) && event['code'] === 'STATEMENTS_UNKNOWN',
    since,
  )
  await expect.poll(async () => (await running.current()).round, { timeout: 200_000 }).toBe(round + 1n)
  const events = await running.history()
  expect(events.find((event) => event.type === 'failed' && event.round === round)).toBeDefined()
  expect(events.filter((event) => event.type === 'sealed' && event.round === round)).toEqual([])
  expect(events.filter((event) => event.type === 'slashed')).toEqual([])
}

/** Waits until the operator may take the seat again, and has. */
async function seatAgain(): Promise<void> {
  const { emptySince } = await running.current()
  // Four rounds are failed at most, and each doubles the wait.
  if (emptySince > 0) await jumpTo(emptySince + 16 * LONG_WINDOWS.post, consortium.anvil)
  await expect.poll(async () => (await running.current()).state, { timeout: 200_000 }).toBe('commit')
}

beforeAll(async () => {
  running = await RunningConsortium.start({ members: 3, windows: LONG_WINDOWS })
  ;({ consortium, programs } = running)
})

afterAll(async () => {
  await running[Symbol.asyncDispose]()
})

describe.runIf(LONG)(
  'an operator that cannot know what it said ends the round, and its stake is safe',
  { timeout: 900_000 },
  () => {
    it('its journal is an old copy', async () => {
      const { dataFolder } = consortium.operator
      await programs.event('round 1 is posted', from('coordinator', 'posted'))
      await programs.kill('coordinator')
      const copy = running.path('copy')
      const journal = (await readdir(dataFolder)).filter((name) => name.startsWith('journal.db'))
      for (const name of journal) await cp(join(dataFolder, name), join(copy, name))
      const since = programs.events.length
      running.runOperator()
      const posted = await programs.event(
        'two rounds later',
        (event) => from('coordinator', 'posted')(event) && roundOf(event) >= 3n,
        since,
      )
      await programs.kill('member-2')
      expect((await running.current()).round).toBe(roundOf(posted) + 1n)
      const round = await held()
      await programs.kill('coordinator')
      for (const name of await readdir(dataFolder)) if (name.startsWith('journal.db')) await rm(join(dataFolder, name))
      for (const name of journal) await cp(join(copy, name), join(dataFolder, name))
      const restarted = programs.events.length
      running.runOperator()
      await expectGivenUp(round, restarted)
    })

    it('its state folder is lost, but for its certificate', async () => {
      await seatAgain()
      const round = await held()
      await programs.kill('coordinator')
      const { dataFolder } = consortium.operator
      for (const name of await readdir(dataFolder)) if (name !== 'tls') await rm(join(dataFolder, name), { recursive: true })
      const restarted = programs.events.length
      running.runOperator()
      await expectGivenUp(round, restarted)
      running.runMember(2)
      await seatAgain()
      await programs.event('a round is posted', from('coordinator', 'posted'), restarted)
    })

    it('its data folder is lost while nobody else runs, and the others start after it', async () => {
      await programs.event('a round is posted', from('coordinator', 'posted'), programs.events.length)
      for (const name of ['coordinator', 'member-0', 'member-1', 'member-2']) await programs.kill(name)
      const { dataFolder } = consortium.operator
      for (const name of await readdir(dataFolder)) if (name !== 'tls') await rm(join(dataFolder, name), { recursive: true })
      const restarted = programs.events.length
      running.runOperator()
      // Nobody knows where it is: it must take calls before it has caught up.
      await programs.event('the operator starts', from('coordinator', 'started'), restarted)
      for (const index of [0, 1, 2]) running.runMember(index)
      await seatAgain()
      await programs.event('a round is posted', from('coordinator', 'posted'), restarted)
    })

    it('a copy of its machine runs beside it: the copy keeps silent, and rounds go on', async () => {
      const { configPath, dataFolder } = consortium.operator
      await programs.event('a round is posted', from('coordinator', 'posted'), programs.events.length)
      await programs.kill('coordinator')
      await cp(dataFolder, join(dirname(configPath), 'twin'), { recursive: true })
      const [port] = await freePorts(1)
      const config = (await readFile(configPath, 'utf8'))
        .replace('folder = "state"', 'folder = "twin"')
        .replace(/"127\.0\.0\.1:\d+"/, `"127.0.0.1:${port}"`)
        .replace('coordinator.log', 'twin.log')
        .replace(/\/tcp\/\d+/, '/tcp/0')
      const twin = join(dirname(configPath), 'twin.toml')
      await writeFile(twin, config)
      const since = programs.events.length
      programs.start('twin', ['coordinator', 'run', '--config', twin])
      await programs.event('the copy starts', from('twin', 'started'), since)
      running.runOperator()
      await programs.event(
        'the copy keeps silent',
        (event) => from('twin', 'silent')(event) && event['code'] === 'KEY_IN_USE_ELSEWHERE',
        since,
      )
      const silent = programs.events.length
      for (const what of ['a round', 'another round'])
        await programs.event(
          `${what} is posted`,
          from('coordinator', 'posted'),
          what === 'a round' ? silent : programs.events.length,
        )
      expect(programs.events.slice(since).filter(from('coordinator', 'silent'))).toEqual([])
      expect(programs.events.slice(since).filter(from('twin', 'posted'))).toEqual([])
      expect((await running.history()).filter((event) => event.type === 'slashed')).toEqual([])
    })
  },
)
