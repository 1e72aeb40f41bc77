import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { seatTaken } from '../../cli/demo/run-demo.ts'
import type { Consortium } from '../../cli/demo/consortium.ts'
import { standingClaims } from '../../src/chain/index.ts'
import { lowerHex } from '../../src/protocol/index.ts'
import type { Address } from '../../src/protocol/index.ts'
import { jumpTo } from './support/jump-to.ts'
import type { Programs } from './support/programs.ts'
import { from, LONG_WINDOWS, roundOf, RunningConsortium } from './support/running-consortium.ts'
import { LONG } from '../support/long.ts'

const MEMBERS = 3

let running: RunningConsortium
let consortium: Consortium
let programs: Programs

beforeAll(async () => {
  running = await RunningConsortium.found({ members: MEMBERS, windows: LONG_WINDOWS, standby: true })
  ;({ consortium, programs } = running)
  for (const name of ['coordinator', 'standby'] as const) {
    await running.startOperator(name)
    // The first operator is to have the seat.
    await seatTaken(consortium, AbortSignal.timeout(400_000))
  }
  running.startMembers()
})

afterAll(async () => {
  await running[Symbol.asyncDispose]()
})

/** What the round with that number became, and what it cost its operator. */
async function expectFailed(round: bigint, owner: Address): Promise<void> {
  const events = await running.history()
  expect(events.find((event) => event.type === 'failed' && event.round === round)).toMatchObject({ operator: owner })
  expect(events.filter((event) => event.type === 'slashed')).toEqual([])
}

/** Ends the open round past its deadline, and waits until that operator has the seat of the next number. */
async function replaced(name: 'coordinator' | 'standby', end: 'sealEnd' | 'postEnd', waitSeconds: number): Promise<bigint> {
  const { operator, standby } = consortium
  const owner = name === 'standby' ? standby!.owner : operator.owner
  const { [end]: second } = await running.current()
  await jumpTo(second, consortium.anvil)
  await expect.poll(async () => (await running.current()).state, { timeout: 200_000 }).not.toBe('sealed')
  if (waitSeconds > 0) {
    await expect.poll(async () => (await running.current()).emptySince, { timeout: 200_000 }).toBeGreaterThan(0)
    await jumpTo((await running.current()).emptySince + waitSeconds, consortium.anvil)
  }
  await expect.poll(async () => lowerHex((await running.current()).operator), { timeout: 200_000 }).toBe(lowerHex(owner))
  return (await running.current()).round
}

describe.runIf(LONG)('an operator that is killed for good is replaced, and training goes on', { timeout: 900_000 }, () => {
  it('killed while members commit: the next takes the seat; one round is lost, nobody is slashed', async () => {
    await programs.event('round 1 is posted', from('coordinator', 'posted', 1n))
    // Until then the evidence may be with the operator alone.
    for (const { index } of consortium.members)
      await programs.event(`member ${index} replays`, from(`member-${index}`, 'replayed'))
    await programs.kill('coordinator')
    const { round, parent } = await running.current()
    const next = await replaced('standby', 'sealEnd', 0)
    expect(next).toBe(round + 1n)
    await expectFailed(round, consortium.operator.owner)
    expect((await running.current()).parent).toBe(parent)
    await programs.event(`round ${next} is posted by the other`, from('standby', 'posted', next))
    expect(standingClaims(await running.history()).at(-1)).toMatchObject({
      round: next,
      operator: consortium.standby!.owner,
      claim: { parent, members: MEMBERS },
    })
  })

  it('members hand the next commitments to the operator that has the seat and get its receipts', async () => {
    const { round } = await running.current()
    await programs.event(`round ${round} is posted`, from('standby', 'posted', round))
    // A member with a receipt does not force its commitment.
    expect((await running.history()).filter((event) => event.type === 'forced' && event.round === round)).toEqual([])
  })

  it('killed after its seal: what was revealed is of no use, and the round after it is posted', async () => {
    await running.startOperator()
    const sealed = await programs.event('a round is sealed', from('standby', 'sealed'), programs.events.length)
    await programs.kill('standby')
    const { round, state, parent } = await running.current()
    // Posting may have been as fast as the kill: then the round after it is the one that is lost.
    expect([round, round - 1n]).toContain(roundOf(sealed))
    const next = await replaced('coordinator', state === 'sealed' ? 'postEnd' : 'sealEnd', LONG_WINDOWS.post)
    expect(next).toBe(round + 1n)
    await expectFailed(round, consortium.standby!.owner)
    await programs.event(`round ${next} is posted`, from('coordinator', 'posted', next))
    const last = standingClaims(await running.history()).at(-1)!
    expect(last).toMatchObject({ round: next, claim: { parent, members: MEMBERS } })
    for (const { index } of consortium.members) {
      await programs.event(
        `member ${index} replays it`,
        (event) => from(`member-${index}`, 'replayed')(event) && event['claimHash'] === last.claimHash,
      )
    }
  })
})
