import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEngine } from '../../../src/engine/index.ts'
import { lowerHex, sealedBuckets, toHex, updateRoot, word } from '../../../src/protocol/index.ts'
import type { Address, DrawnBucket, Hash } from '../../../src/protocol/index.ts'
import { auditTask } from '../../../src/replay/index.ts'
import { BUCKET_WINDOWS, BucketWorld } from '../../support/node/bucket-world.ts'
import { untilStopped } from '../../support/node/noisy-trainer.ts'
import { pollUntil } from '../../support/poll-until.ts'

const MEMBERS = 8
const ROUNDS = [1n, 2n, 3n]
/** In the last round one member is away. */
const LAST = 3n

let world: BucketWorld
let buckets: DrawnBucket[]
let away: Address

/** Members that committed in a round, in slot order. */
const present = (round: bigint): Address[] =>
  world.members.map(({ owner }) => owner).filter((owner) => round !== LAST || owner !== away)

beforeAll(async () => {
  world = await BucketWorld.make({ members: MEMBERS, size: 4, epoch: 8 })
})
afterAll(async () => world[Symbol.asyncDispose]())

/** The claim of a round, as the operator's node knows it. */
const claimOf = (round: bigint): Hash | undefined => world.coordinator.node.history.claim(round)?.claimHash

async function replayed(round: bigint, owners: readonly Address[]): Promise<void> {
  await pollUntil(async () => claimOf(round) !== undefined)
  for (const owner of owners)
    await pollUntil(async () => world.member(owner).told.some((event) => event.event === 'replayed' && event.round === round))
  const { agreements } = world.coordinator.node
  await pollUntil(async () => agreements.messages(round).length === owners.length)
}

/** What each bucket's members trained in a round, added up: as if they had shown it. */
function plainSums(round: bigint): { bucket: Address[]; sum: Int8Array }[] {
  const sealed = present(round)
  return buckets.map((drawn) => {
    const bucket = drawn.filter((member) => sealed.includes(member))
    const parts = bucket.map((member) => world.member(member).trainer.updates.get(round)!)
    return { bucket, sum: Int8Array.from(parts[0]!, (_, k) => parts.reduce((total, part) => total + part[k]!, 0)) }
  })
}

describe('rounds in two buckets of four, played by real nodes', () => {
  it('waits for the buckets; then every member masks its row, replays the claim and agrees', async () => {
    buckets = await world.firstDraw()
    expect(buckets.map((bucket) => bucket.length)).toEqual([4, 4])
    expect(buckets.flat().toSorted()).toEqual(world.members.map(({ owner }) => owner).toSorted())
    away = buckets[1]![2]!
    world.member(away).trainer.during.set(LAST, untilStopped)
    for (const round of [1n, 2n]) await replayed(round, present(round))
  })

  it('goes on with three of a bucket when one member goes away before it committed', async () => {
    const lost = world.member(away)
    await pollUntil(async () => lost.trainer.asked.includes(LAST))
    await lost.running[Symbol.asyncDispose]()
    const { rounds } = world.coordinator.node
    await pollUntil(async () => rounds.state(LAST)?.commitments.size === MEMBERS - 1)
    await world.on.pass(BUCKET_WINDOWS.commit)
    await replayed(LAST, present(LAST))
  })

  it('counts every row that was sealed, and every member comes to the same claim', async () => {
    for (const round of ROUNDS) {
      const claimHash = claimOf(round)!
      const built = world.operatorTold.find((event) => event.event === 'built' && event.round === round)
      expect(built).toMatchObject({ claimHash })
      if (built?.event !== 'built') continue
      expect(built.rows.map(({ member }) => lowerHex(member)).toSorted()).toEqual(present(round).toSorted())
      expect(built.rows.map(({ verdict }) => verdict)).toEqual(present(round).map(() => 'accepted'))
      for (const owner of present(round))
        expect(world.member(owner).told.filter((event) => event.event === 'replayed' && event.round === round)).toMatchObject([
          { claimHash },
        ])
    }
  })

  it('has the model that plain sums of the same updates give, bit for bit', async () => {
    await using engine = createEngine()
    const { genesis, ports } = world.coordinator.node
    let { model, reference } = genesis
    for (const round of ROUNDS) {
      const rows = plainSums(round).map(({ bucket, sum }, place) => ({
        member: bucket[0]!,
        slot: place,
        weight: BigInt(bucket.length),
        // Ties keep the order of the draw.
        updateRoot: toHex(word(BigInt(place))),
        update: sum,
      }))
      const expected = await engine.aggregate({ spec: world.spec, round, model, reference, ledger: new Map(), rows })
      const state = (await ports.stores.states.load(claimOf(round)!))!
      expect(Buffer.compare(bytesOf(state.model), bytesOf(expected.model))).toBe(0)
      expect(Buffer.compare(bytesOf(state.model), bytesOf(model))).not.toBe(0)
      ;({ model, reference } = state)
    }
  })

  it('is audited from genesis by whoever has the evidence', async () => {
    const { on, task, coordinator } = world
    const { evidence } = coordinator.node.ports.stores
    const audited = await auditTask({ ...on, task, evidence, includePending: true })
    expect(audited.map(({ round, match }) => [round, match])).toEqual(ROUNDS.map((round) => [round, true]))
  })

  it('leaves the row of a member on its own disk and nowhere else, and no sum of two rows anywhere', async () => {
    const texts = [...world.overheard.lines.map((line) => Buffer.from(line)), ...world.overheard.messages]
    expect(world.overheard.messages.length).toBeGreaterThan(3 * 3 * (MEMBERS - 1))
    const files = await filesOf(world.folder)
    /** Where any part of these bytes is, as they are or as text. */
    const places = (row: Int8Array): string[] => {
      const wanted = partsOf(row)
      const has = (bytes: Buffer): boolean => wanted.some((part) => bytes.includes(part))
      return [...[...files].filter(([, bytes]) => has(bytes)).map(([name]) => name), ...texts.filter(has).map(String)]
    }
    for (const round of ROUNDS)
      for (const bucket of plainSums(round).map((one) => one.bucket)) {
        const rows = bucket.map((member) => world.member(member).trainer.updates.get(round)!)
        for (const [i, row] of rows.entries()) {
          const own = relative(world.folder, join(world.member(bucket[i]!).folder, 'masked', `${round}.row`))
          expect(places(row)).toEqual([own])
          for (const other of rows.slice(i + 1)) {
            expect(places(row.map((value, k) => value + other[k]!))).toEqual([])
            expect(places(row.map((value, k) => value - other[k]!))).toEqual([])
          }
        }
      }
  })

  it('shows one version of the row of each member in a round', async () => {
    const { rounds } = world.coordinator.node
    const nodes = [world.coordinator, ...world.members.map(({ running }) => running)].map(({ node }) => node)
    const has = async (root: Hash): Promise<boolean> =>
      (await Promise.all(nodes.map(async ({ ports }) => ports.stores.updates.has(root)))).includes(true)
    for (const round of ROUNDS) {
      const { plan, seal, reveals } = rounds.state(round)!
      const rows = seal!.rows.map(({ member }) => ({ member, weight: 1n, updateRoot: null }))
      expect(sealedBuckets(rows, plan.buckets!).map(({ absent }) => absent)).toEqual([undefined, round === LAST ? 2 : undefined])
      for (const { member } of rows) {
        const { versions } = reveals.get(member)!
        expect(versions).toHaveLength(4)
        const shown = await Promise.all(versions!.map(has))
        expect(shown.filter((one) => one)).toHaveLength(1)
        // The row without masks has no name that anybody knows.
        expect(versions).not.toContain(toHex(updateRoot(world.member(member).trainer.updates.get(round)!)))
      }
    }
  })
})

function bytesOf(values: ArrayBufferView): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
}

/** Three pieces of a row, each as bytes and in the texts that bytes are written in. */
function partsOf(row: Int8Array): Buffer[] {
  return [0, 300, 600].flatMap((from) => {
    const part = Buffer.from(bytesOf(row.slice(from, from + 48)))
    return [part, Buffer.from(part.toString('hex')), Buffer.from(part.toString('base64'))]
  })
}

/** Every file under a folder, by its path in it. */
async function filesOf(folder: string): Promise<Map<string, Buffer>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return new Map(await Promise.all(paths.map(async (path) => [relative(folder, path), await readFile(path)] as const)))
}
