import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { foundConsortium } from '../../cli/demo/consortium.ts'
import type { Consortium } from '../../cli/demo/consortium.ts'
import { freePorts } from '../../cli/demo/free-port.ts'
import { parseDemoFlags } from '../../cli/demo/options.ts'
import { readCurrentRound, readLedgerEvents } from '../../src/chain/index.ts'
import type { CurrentRound, LedgerEvent } from '../../src/chain/index.ts'
import { silentLogger } from '../../src/core/index.ts'
import { jumpTo } from './support/jump-to.ts'
import { Programs } from './support/programs.ts'
import type { ProgramEvent } from './support/programs.ts'

/** Long enough for a slow machine; the tests move the chain's time where nothing is left to do in a window. */
const WINDOWS = { commit: 600, reveal: 120, attest: 120, post: 120, challenge: 3600 }

let folder: string
let consortium: Consortium
const programs = new Programs(400_000)

const roundOf = (event: ProgramEvent): bigint => BigInt(String(event['round']))
const from =
  (name: string, kind: string) =>
  (event: ProgramEvent): boolean =>
    event.from === name && event.event === kind
const current = async (): Promise<CurrentRound> =>
  readCurrentRound(consortium.chain, { ledger: consortium.contracts.ledger, task: consortium.task })
const history = async (): Promise<LedgerEvent[]> => readLedgerEvents(consortium.chain, consortium)

const runOperator = (): unknown =>
  programs.start('coordinator', ['coordinator', 'run', '--config', consortium.operator.configPath])
const runMember = (index: number): unknown =>
  programs.start(`member-${index}`, ['member', 'run', '--config', consortium.members[index]!.configPath])

/** A round that waits for its third member, in which the operator gave receipts to the others. */
async function held(): Promise<bigint> {
  const { round } = await current()
  for (const name of ['member-0', 'member-1'])
    await programs.event(
      `${name} has a receipt of round ${round}`,
      (event) => event.from === name && event.event === 'round' && roundOf(event) === round && Number(event['committed']) >= 2,
    )
  expect((await current()).state).toBe('commit')
  return round
}

/** The operator ends that round by itself, long before its time is over, and nobody is slashed. */
async function expectGivenUp(round: bigint, since: number): Promise<void> {
  await programs.event(
    'the operator says that it keeps silent',
    (event) => from('coordinator', 'silent')(event) && roundOf(event) === round && event['code'] === 'STATEMENTS_UNKNOWN',
    since,
  )
  await expect.poll(async () => (await current()).round, { timeout: 200_000 }).toBe(round + 1n)
  const events = await history()
  expect(events.find((event) => event.type === 'failed' && event.round === round)).toBeDefined()
  expect(events.filter((event) => event.type === 'sealed' && event.round === round)).toEqual([])
  expect(events.filter((event) => event.type === 'slashed')).toEqual([])
}

/** Waits until the operator may take the seat again, and has. */
async function seatAgain(): Promise<void> {
  const { emptySince } = await current()
  // Four rounds are failed at most, and each doubles the wait.
  if (emptySince > 0) await jumpTo(emptySince + 16 * WINDOWS.post, consortium.anvil)
  await expect.poll(async () => (await current()).state, { timeout: 200_000 }).toBe('commit')
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quorate-lost-'))
  const flags = {
    members: 3,
    rounds: 12,
    attack: ['none'],
    rule: 'nnmGm',
    model: 'mlp',
    partition: 'dirichlet:1',
    backend: 'wasm',
    seed: 5,
    json: true,
    keep: false,
  }
  consortium = await foundConsortium({
    ...parseDemoFlags(flags),
    folder,
    windows: WINDOWS,
    logger: silentLogger,
    onStep: () => {},
    signal: AbortSignal.timeout(400_000),
  })
  runOperator()
  await programs.event('the operator starts', from('coordinator', 'started'))
  for (const { index } of consortium.members) runMember(index)
})

afterAll(async () => {
  await programs[Symbol.asyncDispose]()
  await consortium.chain.close()
  await consortium.anvil.stop()
  await rm(folder, { recursive: true, force: true })
})

describe('an operator that cannot know what it said ends the round, and its stake is safe', { timeout: 900_000 }, () => {
  it('its journal is an old copy', async () => {
    const { dataFolder } = consortium.operator
    await programs.event('round 1 is posted', from('coordinator', 'posted'))
    await programs.kill('coordinator')
    const copy = join(folder, 'copy')
    const journal = (await readdir(dataFolder)).filter((name) => name.startsWith('journal.db'))
    for (const name of journal) await cp(join(dataFolder, name), join(copy, name))
    const since = programs.events.length
    runOperator()
    const posted = await programs.event(
      'two rounds later',
      (event) => from('coordinator', 'posted')(event) && roundOf(event) >= 3n,
      since,
    )
    await programs.kill('member-2')
    expect((await current()).round).toBe(roundOf(posted) + 1n)
    const round = await held()
    await programs.kill('coordinator')
    for (const name of await readdir(dataFolder)) if (name.startsWith('journal.db')) await rm(join(dataFolder, name))
    for (const name of journal) await cp(join(copy, name), join(dataFolder, name))
    const restarted = programs.events.length
    runOperator()
    await expectGivenUp(round, restarted)
  })

  it('its data folder is lost, but for its certificate', async () => {
    await seatAgain()
    const round = await held()
    await programs.kill('coordinator')
    const { dataFolder } = consortium.operator
    for (const name of await readdir(dataFolder)) if (name !== 'tls') await rm(join(dataFolder, name), { recursive: true })
    const restarted = programs.events.length
    runOperator()
    await expectGivenUp(round, restarted)
    runMember(2)
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
      .replace('folder = "data"', 'folder = "twin"')
      .replace(/"127\.0\.0\.1:\d+"/, `"127.0.0.1:${port}"`)
      .replace('coordinator.log', 'twin.log')
      .replace(/\/tcp\/\d+/, '/tcp/0')
    const twin = join(dirname(configPath), 'twin.toml')
    await writeFile(twin, config)
    const since = programs.events.length
    programs.start('twin', ['coordinator', 'run', '--config', twin])
    await programs.event('the copy starts', from('twin', 'started'), since)
    runOperator()
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
    expect((await history()).filter((event) => event.type === 'slashed')).toEqual([])
  })
})
