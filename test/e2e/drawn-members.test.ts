import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MEMBER_BOND } from '../../cli/demo/consortium.ts'
import type { Consortium } from '../../cli/demo/consortium.ts'
import { auditTask } from '../../src/replay/index.ts'
import { jumpTo } from './support/jump-to.ts'
import type { ProgramEvent, Programs } from './support/programs.ts'
import { from, LONG_WINDOWS, RunningConsortium } from './support/running-consortium.ts'
import { LONG } from '../support/long.ts'

const MEMBERS = 4
/** Expected members of a round. Member 0 has more than a third of the stake and is always drawn; each other is with a chance of three in seven. */
const COMMITTEE = 3
/** All were drawn in each of so many rounds: once in 10^8 runs. */
const MOST_ROUNDS = 8

let running: RunningConsortium
let consortium: Consortium
let programs: Programs
const names = Array.from({ length: MEMBERS }, (_, index) => `member-${index}`)

const happened = (name: string, kind: string, round: bigint): boolean => programs.events.some(from(name, kind, round))
const sees = async (name: string, kind: string, round: bigint): Promise<ProgramEvent> =>
  programs.event(`${name} tells ${kind} of round ${round}`, from(name, kind, round))

/** Ends the commit window, in which nobody is waited for any more. */
async function endCommit(): Promise<void> {
  const { commitEnd } = await running.current()
  await jumpTo(commitEnd, consortium.anvil)
}

beforeAll(async () => {
  running = await RunningConsortium.start({
    members: MEMBERS,
    rounds: MOST_ROUNDS,
    windows: LONG_WINDOWS,
    committee: COMMITTEE,
    bondOf: (index) => (index === 0 ? 4n * MEMBER_BOND : MEMBER_BOND),
  })
  ;({ consortium, programs } = running)
})

afterAll(async () => {
  await running[Symbol.asyncDispose]()
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
      from('coordinator', 'round', round)(event) && event['committed'] === drawn.length && event['members'] === drawn.length,
  )
  if (resting.length > 0) await endCommit()
  await sees('coordinator', 'posted', round)
  for (const name of names) await sees(name, 'replayed', round)
  return { drawn, resting }
}

describe.runIf(LONG)('a task that draws the members of each round', { timeout: 900_000 }, () => {
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
    const events = await running.history()
    const posted = events.filter(({ type }) => type === 'posted').length
    expect(events.filter(({ type }) => type === 'drawn').length).toBeGreaterThanOrEqual(posted)
    const resting = programs.events.find(({ event, part }) => event === 'drawn' && part === 'resting')!.from
    const evidence = join(members[Number(resting.slice('member-'.length))]!.dataFolder, 'evidence')
    const audited = await auditTask({ chain, contracts, task, fromBlock, evidence, includePending: true })
    expect(audited.map(({ match }) => match)).toEqual(audited.map(() => true))
    expect(audited.length).toBeGreaterThanOrEqual(2)
  })
})
