import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { seatTaken } from '../../cli/demo/run-demo.ts'
import { foundConsortium } from '../../cli/demo/consortium.ts'
import type { Consortium } from '../../cli/demo/consortium.ts'
import { parseDemoFlags } from '../../cli/demo/options.ts'
import { readCurrentRound, readLedgerEvents, standingClaims } from '../../src/chain/index.ts'
import type { LedgerEvent } from '../../src/chain/index.ts'
import { silentLogger } from '../../src/core/index.ts'
import { lowerHex } from '../../src/protocol/index.ts'
import type { Address } from '../../src/protocol/index.ts'
import { jumpTo } from './support/jump-to.ts'
import { Programs } from './support/programs.ts'
import type { ProgramEvent } from './support/programs.ts'

const MEMBERS = 3
/** Long enough for a slow machine; the tests move the chain's time where nothing is left to do in a window. */
const WINDOWS = { commit: 600, reveal: 120, attest: 120, post: 120, challenge: 3600 }

let folder: string
let consortium: Consortium
const programs = new Programs(400_000)

const run = (name: 'coordinator' | 'standby'): unknown =>
  programs.start(name, [
    'coordinator',
    'run',
    '--config',
    (name === 'standby' ? consortium.standby! : consortium.operator).configPath,
  ])
const posted =
  (round: bigint, from: string) =>
  (event: ProgramEvent): boolean =>
    event.event === 'posted' && event.from === from && BigInt(String(event['round'])) === round
async function history(): Promise<LedgerEvent[]> {
  const { chain, contracts, task, fromBlock } = consortium
  return readLedgerEvents(chain, { contracts, task, fromBlock })
}

/** Moves the chain's time to a second of the open round. */
const current = async () => readCurrentRound(consortium.chain, { ledger: consortium.contracts.ledger, task: consortium.task })

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quorate-takeover-'))
  const flags = {
    members: MEMBERS,
    rounds: 6,
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
    standby: true,
    logger: silentLogger,
    onStep: () => {},
    signal: AbortSignal.timeout(400_000),
  })
  for (const name of ['coordinator', 'standby'] as const) {
    run(name)
    await programs.event(`${name} starts`, (event) => event.event === 'started' && event.from === name)
    // The first operator is to have the seat.
    await seatTaken(consortium, AbortSignal.timeout(400_000))
  }
  for (const { index, configPath } of consortium.members)
    programs.start(`member-${index}`, ['member', 'run', '--config', configPath])
})

afterAll(async () => {
  await programs[Symbol.asyncDispose]()
  await consortium.chain.close()
  await consortium.anvil.stop()
  await rm(folder, { recursive: true, force: true })
})

/** What the round with that number became, and what it cost its operator. */
async function expectFailed(round: bigint, owner: Address): Promise<void> {
  const events = await history()
  expect(events.find((event) => event.type === 'failed' && event.round === round)).toMatchObject({ operator: owner })
  expect(events.filter((event) => event.type === 'slashed')).toEqual([])
}

/** Ends the open round past its deadline, and waits until that operator has the seat of the next number. */
async function replaced(name: 'coordinator' | 'standby', end: 'sealEnd' | 'postEnd', waitSeconds: number): Promise<bigint> {
  const { operator, standby } = consortium
  const owner = name === 'standby' ? standby!.owner : operator.owner
  const { [end]: second } = await current()
  await jumpTo(second, consortium.anvil)
  await expect.poll(async () => (await current()).state, { timeout: 200_000 }).not.toBe('sealed')
  if (waitSeconds > 0) {
    await expect.poll(async () => (await current()).emptySince, { timeout: 200_000 }).toBeGreaterThan(0)
    await jumpTo((await current()).emptySince + waitSeconds, consortium.anvil)
  }
  await expect.poll(async () => lowerHex((await current()).operator), { timeout: 200_000 }).toBe(lowerHex(owner))
  return (await current()).round
}

describe('an operator that is killed for good is replaced, and training goes on', { timeout: 900_000 }, () => {
  it('killed while members commit: the next takes the seat; one round is lost, nobody is slashed', async () => {
    await programs.event('round 1 is posted', posted(1n, 'coordinator'))
    // Until then the evidence may be with the operator alone.
    for (const { index } of consortium.members)
      await programs.event(`member ${index} replays`, (event) => event.from === `member-${index}` && event.event === 'replayed')
    await programs.kill('coordinator')
    const { round, parent } = await current()
    const next = await replaced('standby', 'sealEnd', 0)
    expect(next).toBe(round + 1n)
    await expectFailed(round, consortium.operator.owner)
    expect((await current()).parent).toBe(parent)
    await programs.event(`round ${next} is posted by the other`, posted(next, 'standby'))
    expect(standingClaims(await history()).at(-1)).toMatchObject({
      round: next,
      operator: consortium.standby!.owner,
      claim: { parent, members: MEMBERS },
    })
  })

  it('members hand the next commitments to the operator that has the seat and get its receipts', async () => {
    const { round } = await current()
    await programs.event(`round ${round} is posted`, posted(round, 'standby'))
    // A member with a receipt does not force its commitment.
    expect((await history()).filter((event) => event.type === 'forced' && event.round === round)).toEqual([])
  })

  it('killed after its seal: what was revealed is of no use, and the round after it is posted', async () => {
    run('coordinator')
    await programs.event(
      'the coordinator starts again',
      (event) => event.event === 'started' && event.from === 'coordinator',
      programs.events.length,
    )
    const sealed = await programs.event(
      'a round is sealed',
      (event) => event.event === 'sealed' && event.from === 'standby',
      programs.events.length,
    )
    await programs.kill('standby')
    const { round, state, parent } = await current()
    // Posting may have been as fast as the kill: then the round after it is the one that is lost.
    expect([round, round - 1n]).toContain(BigInt(String(sealed['round'])))
    const next = await replaced('coordinator', state === 'sealed' ? 'postEnd' : 'sealEnd', WINDOWS.post)
    expect(next).toBe(round + 1n)
    await expectFailed(round, consortium.standby!.owner)
    await programs.event(`round ${next} is posted`, posted(next, 'coordinator'))
    const last = standingClaims(await history()).at(-1)!
    expect(last).toMatchObject({ round: next, claim: { parent, members: MEMBERS } })
    for (const { index } of consortium.members) {
      await programs.event(
        `member ${index} replays it`,
        (event) => event.from === `member-${index}` && event.event === 'replayed' && event['claimHash'] === last.claimHash,
      )
    }
  })
})
