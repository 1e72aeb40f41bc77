import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTestClient, http, parseEther } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { foundConsortium } from '../../cli/demo/consortium.ts'
import type { Consortium } from '../../cli/demo/consortium.ts'
import { parseDemoFlags } from '../../cli/demo/options.ts'
import { readCurrentRound, readLedgerEvents, standingClaims } from '../../src/chain/index.ts'
import type { LedgerEvent } from '../../src/chain/index.ts'
import { silentLogger } from '../../src/core/index.ts'
import { sameAddress } from '../../src/protocol/index.ts'
import { Programs } from './support/programs.ts'
import type { ProgramEvent } from './support/programs.ts'

const MEMBERS = 3
/** Long enough for a slow machine; the tests move the chain's time where nothing is left to do in a window. */
const WINDOWS = { commit: 600, reveal: 120, attest: 120, post: 120, takeover: 600, challenge: 3600 }

let folder: string
let consortium: Consortium
const programs = new Programs(100_000)

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
const open =
  (round: bigint, from: string) =>
  (event: ProgramEvent): boolean =>
    event.event === 'round' && event.from === from && BigInt(String(event['round'])) === round

async function history(): Promise<LedgerEvent[]> {
  const { chain, contracts, task, fromBlock } = consortium
  return readLedgerEvents(chain, { contracts, task, fromBlock })
}

/** Moves the chain's time to a second of the open round. */
async function jumpTo(second: number): Promise<void> {
  const client = createTestClient({ mode: 'anvil', transport: http(consortium.anvil.rpcUrl) })
  await client.setNextBlockTimestamp({ timestamp: BigInt(second) })
  await client.mine({ blocks: 1 })
}

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
    signal: AbortSignal.timeout(150_000),
  })
  for (const name of ['coordinator', 'standby'] as const) {
    run(name)
    await programs.event(`${name} starts`, (event) => event.event === 'started' && event.from === name)
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

describe('an operator that fails is replaced without any member restarting', { timeout: 200_000 }, () => {
  it('a late operator loses the miss penalty, which is burned, and the standby operator posts its round', async () => {
    await programs.event('round 1 is posted', posted(1n, 'coordinator'))
    // Until then the evidence may be with the operator alone.
    for (const { index } of consortium.members)
      await programs.event(`member ${index} replays`, (event) => event.from === `member-${index}` && event.event === 'replayed')
    await programs.kill('coordinator')
    const { round, openedAt, commitEnd, postEnd } = await current()
    // Nobody gives receipts: members put their commitments on chain in the last quarter of the window.
    await programs.event(
      'the members have trained',
      (event) => event.event === 'trained' && BigInt(String(event['round'])) === round,
    )
    await jumpTo(commitEnd - Math.floor((commitEnd - openedAt) / 5))
    await expect
      .poll(async () => (await history()).filter((event) => event.type === 'forced' && event.round === round).length, {
        timeout: 60_000,
      })
      .toBe(MEMBERS)
    await jumpTo(postEnd)
    await programs.event(`round ${round} is posted by the other`, posted(round, 'standby'))
    const events = await history()
    expect(events.find((event) => event.type === 'takenOver')).toMatchObject({ round, operator: consortium.standby!.owner })
    const missed = events.find((event) => event.type === 'missed')
    expect(missed).toMatchObject({ round, operator: consortium.operator.owner, penalty: parseEther('10') })
    expect(events.find((event) => event.type === 'slashed' && event.transactionHash === missed!.transactionHash)).toMatchObject({
      taken: parseEther('10'),
      bounty: 0n,
      burned: parseEther('10'),
    })
    expect(standingClaims(events).at(-1)).toMatchObject({ round, claim: { members: MEMBERS } })
  })

  it('members hand the next commitments to the operator that took over and get its receipts', async () => {
    const { round, operator } = await current()
    expect(sameAddress(operator, consortium.standby!.owner)).toBe(true)
    await programs.event(`round ${round} is posted`, posted(round, 'standby'))
    const events = await history()
    expect(standingClaims(events).at(-1)).toMatchObject({ round, operator, claim: { members: MEMBERS } })
    // A member with a receipt does not force its commitment.
    expect(events.filter((event) => event.type === 'forced' && event.round === round)).toEqual([])
  })

  it('a round without a claim is void; the model stays and the next round is posted', async () => {
    await programs.kill('standby')
    const { round, takeoverEnd, parent } = await current()
    await jumpTo(takeoverEnd)
    const from = programs.events.length
    run('standby')
    await programs.event('the next round opens', open(round + 1n, 'standby'), from)
    const events = await history()
    expect(events.find((event) => event.type === 'voided')).toMatchObject({ round })
    expect(await current()).toMatchObject({ round: round + 1n, parent })
    await programs.event('the next round is posted', posted(round + 1n, 'standby'), from)
    const last = standingClaims(await history()).at(-1)!
    expect(last).toMatchObject({ round: round + 1n, claim: { parent, members: MEMBERS } })
    for (const { index } of consortium.members) {
      await programs.event(
        `member ${index} replays it`,
        (event) => event.from === `member-${index}` && event.event === 'replayed' && event['claimHash'] === last.claimHash,
      )
    }
  })
})
