import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lowerHex } from '../../../src/protocol/index.ts'
import type { DrawnBucket } from '../../../src/protocol/index.ts'
import { auditTask } from '../../../src/replay/index.ts'
import { BUCKET_WINDOWS, BucketWorld } from '../../support/node/bucket-world.ts'
import { diverges } from '../../support/node/noisy-trainer.ts'
import { pollUntil } from '../../support/poll-until.ts'

const MEMBERS = 8
/** Rounds of an epoch: the least. */
const EPOCH = 8

let world: BucketWorld
let buckets: DrawnBucket[]

beforeAll(async () => {
  world = await BucketWorld.make({ members: MEMBERS, size: 4, epoch: EPOCH })
  buckets = await world.firstDraw()
})
afterAll(async () => world[Symbol.asyncDispose]())

/** Waits until every node has the claim of a round, and all agree. */
async function agreed(round: bigint, members = MEMBERS): Promise<void> {
  const { agreements } = world.coordinator.node
  await pollUntil(async () => agreements.messages(round).length >= members)
}

const builtOf = (round: bigint) =>
  world.operatorTold.flatMap((event) => (event.event === 'built' && event.round === round ? [event] : []))[0]!

describe('epochs of buckets, played by real nodes', () => {
  it('leaves a bucket of which two have a row without pay and without a sum, and its members show nothing', async () => {
    const [alone, other] = buckets as [DrawnBucket, DrawnBucket]
    // Both rows are missing in round 2 only.
    for (const member of alone.slice(0, 2)) world.member(member).trainer.during.set(2n, diverges)
    await agreed(1n)
    const { rounds, ports } = world.coordinator.node
    await pollUntil(async () => rounds.state(2n)?.commitments.size === MEMBERS - 2)
    await world.on.pass(BUCKET_WINDOWS.commit)
    await agreed(2n)
    const rows = new Map(builtOf(2n).rows.map((row) => [lowerHex(row.member), row]))
    expect([...rows.keys()].toSorted()).toEqual([...alone.slice(2), ...other].toSorted())
    for (const member of other) expect(rows.get(member)).toMatchObject({ verdict: 'accepted' })
    for (const member of alone.slice(2)) {
      expect(rows.get(member)!.verdict).not.toBe('accepted')
      expect(rows.get(member)!.score).toBe(0n)
      const { versions } = rounds.state(2n)!.reveals.get(member)!
      const nodes = [world.coordinator, ...world.members.map(({ running }) => running)]
      for (const root of versions!) for (const { node } of nodes) expect(await node.ports.stores.updates.has(root)).toBe(false)
      expect(await ports.stores.updates.has(rounds.state(2n)!.reveals.get(member)!.updateRoot)).toBe(false)
    }
  })

  it('has a member that was restarted in the middle of a round mask as before', async () => {
    const { owner: member } = world.members.at(-1)!
    await pollUntil(async () => world.coordinator.node.rounds.state(3n) !== undefined)
    await world.restart(member)
    await agreed(5n)
    expect(builtOf(5n).rows.find((row) => lowerHex(row.member) === member)).toMatchObject({ verdict: 'accepted' })
  })

  it('loses no round to a draw that takes longer than the last round before it: its claim waits', async () => {
    const next = BigInt(EPOCH) + 1n
    await agreed(next)
    const drawn = (await world.drawn(next))!
    expect(drawn.flat().toSorted()).toEqual(buckets.flat().toSorted())
    expect(await world.drawn(BigInt(EPOCH))).toEqual(buckets)
    expect(drawn).not.toEqual(buckets)
    expect(builtOf(next).rows.map(({ verdict }) => verdict)).toEqual(Array(MEMBERS).fill('accepted'))
    const { on, task, coordinator } = world
    const audited = await auditTask({ ...on, task, evidence: coordinator.node.ports.stores.evidence, includePending: true })
    expect(audited.length).toBeGreaterThanOrEqual(Number(next))
    expect(audited.every(({ match }) => match)).toBe(true)
  })
})
