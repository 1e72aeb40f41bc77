import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { foundConsortium, MEMBER_BOND } from '../../cli/demo/consortium.ts'
import type { Consortium } from '../../cli/demo/consortium.ts'
import { parseDemoFlags } from '../../cli/demo/options.ts'
import { readCurrentRound, readLedgerEvents } from '../../src/chain/index.ts'
import { silentLogger } from '../../src/core/index.ts'
import { auditTask } from '../../src/replay/index.ts'
import { jumpTo } from './support/jump-to.ts'
import { Programs } from './support/programs.ts'
import type { ProgramEvent } from './support/programs.ts'

const MEMBERS = 4
/** Expected members of a round. Member 0 has more than a third of the stake and is always drawn; each other is with a chance of three in seven. */
const COMMITTEE = 3
/** Long enough for a slow machine; the test moves the chain's time where nothing is left to do in a window. */
const WINDOWS = { commit: 600, reveal: 120, attest: 120, post: 120, challenge: 3600 }
/** All were drawn in each of so many rounds: once in 10^8 runs. */
const MOST_ROUNDS = 8

let folder: string
let consortium: Consortium
const programs = new Programs(400_000)
const names = Array.from({ length: MEMBERS }, (_, index) => `member-${index}`)

const of =
  (from: string, name: string, round: bigint) =>
  (event: ProgramEvent): boolean =>
    event.from === from && event.event === name && BigInt(String(event['round'])) === round
const happened = (from: string, name: string, round: bigint): boolean => programs.events.some(of(from, name, round))
const sees = async (from: string, name: string, round: bigint): Promise<ProgramEvent> =>
  programs.event(`${from} tells ${name} of round ${round}`, of(from, name, round))

/** Ends the commit window, in which nobody is waited for any more. */
async function endCommit(): Promise<void> {
  const { chain, contracts, task, anvil } = consortium
  const { commitEnd } = await readCurrentRound(chain, { ledger: contracts.ledger, task })
  await jumpTo(commitEnd, anvil)
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quorate-drawn-'))
  const flags = {
    members: MEMBERS,
    rounds: MOST_ROUNDS,
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
    committee: COMMITTEE,
    bondOf: (index) => (index === 0 ? 4n * MEMBER_BOND : MEMBER_BOND),
    logger: silentLogger,
    onStep: () => {},
    signal: AbortSignal.timeout(400_000),
  })
  programs.start('coordinator', ['coordinator', 'run', '--config', consortium.operator.configPath])
  await programs.event('the coordinator starts', ({ event }) => event === 'started')
  for (const { index, configPath } of consortium.members)
    programs.start(`member-${index}`, ['member', 'run', '--config', configPath])
})

afterAll(async () => {
  await programs[Symbol.asyncDispose]()
  await consortium.chain.close()
  await consortium.anvil.stop()
  await rm(folder, { recursive: true, force: true })
})

/** Follows a round to its posting and replays. @returns the members that were drawn, and those that rested */
async function play(round: bigint): Promise<{ drawn: string[]; resting: string[] }> {
  const parts = await Promise.all(names.map(async (name) => [name, (await sees(name, 'drawn', round))['part']] as const))
  const drawn = parts.filter(([, part]) => part === 'drawn').map(([name]) => name)
  const resting = parts.filter(([, part]) => part === 'resting').map(([name]) => name)
  expect([...drawn, ...resting].toSorted()).toEqual(names)
  await programs.event(
    `${drawn.length} members commit in round ${round}`,
    (event) =>
      of('coordinator', 'round', round)(event) && event['committed'] === drawn.length && event['members'] === drawn.length,
  )
  if (resting.length > 0) await endCommit()
  await sees('coordinator', 'posted', round)
  for (const name of names) await sees(name, 'replayed', round)
  return { drawn, resting }
}

describe('a task that draws the members of each round', { timeout: 900_000 }, () => {
  it('trains with the drawn members, while the others rest, follow and replay', async () => {
    const rounds: { drawn: string[]; resting: string[] }[] = []
    while (rounds.length < 2 || !rounds.some(({ resting }) => resting.length > 0)) {
      expect(rounds.length).toBeLessThan(MOST_ROUNDS)
      rounds.push(await play(BigInt(rounds.length + 1)))
    }
    for (const [index, { drawn, resting }] of rounds.entries()) {
      const round = BigInt(index + 1)
      expect(happened('coordinator', 'seeded', round)).toBe(true)
      expect(drawn).toContain('member-0')
      for (const name of drawn) expect(happened(name, 'trained', round)).toBe(true)
      for (const name of resting) {
        expect(happened(name, 'trained', round)).toBe(false)
        expect(happened(name, 'notCounted', round)).toBe(false)
      }
      const { rows } = (await sees('coordinator', 'built', round)) as unknown as { rows: unknown[] }
      expect(rows).toHaveLength(drawn.length)
    }
  })

  it('is audited from genesis with what a member holds that rested', async () => {
    const { chain, contracts, task, fromBlock, members } = consortium
    const events = await readLedgerEvents(chain, { contracts, task, fromBlock })
    const posted = events.filter(({ type }) => type === 'posted').length
    expect(events.filter(({ type }) => type === 'drawn').length).toBeGreaterThanOrEqual(posted)
    const resting = programs.events.find(({ event, part }) => event === 'drawn' && part === 'resting')!.from
    const evidence = join(members[Number(resting.slice('member-'.length))]!.dataFolder, 'evidence')
    const audited = await auditTask({ chain, contracts, task, fromBlock, evidence, includePending: true })
    expect(audited.map(({ match }) => match)).toEqual(audited.map(() => true))
    expect(audited.length).toBeGreaterThanOrEqual(2)
  })
})
