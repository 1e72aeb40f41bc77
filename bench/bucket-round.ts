// node bench/bucket-round.ts: a round in buckets beside a plain one: what its member does between training and the commitment, and what everybody does from the updates to the claim. Prints one JSON line
// for each length: medians of seconds of processor time of all threads, and of the clock. `--sizes 1e5,1e6`, `--members 32`, `--bucket 4`, `--rounds 5`. One member of the first bucket has no row.
import { randomBytes, randomFillSync } from 'node:crypto'
import { parseArgs } from 'node:util'
import { createEngine } from '../src/engine/index.ts'
import { createMaskKey, maskVersion, mostValue, roundKey, versionRoots } from '../src/masking/index.ts'
import { updateRoot, versionsRoot } from '../src/protocol/index.ts'
import type { FormedBucket } from '../src/protocol/index.ts'
import { aggregateBuckets } from '../src/replay/sum-buckets.ts'
import { median } from './quantile.ts'
import { asArrived, roundOf } from './round.ts'

const { values: flags } = parseArgs({
  options: {
    sizes: { type: 'string', default: '1e5,1e6' },
    members: { type: 'string', default: '32' },
    bucket: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '5' },
  },
})
const [members, size, rounds] = [Number(flags.members), Number(flags.bucket), Number(flags.rounds)]

interface Cost {
  processor: number
  clock: number
}

async function timed(act: () => unknown): Promise<Cost> {
  const [cpu, start] = [process.cpuUsage(), performance.now()]
  await act()
  const { user, system } = process.cpuUsage(cpu)
  return { processor: (user + system) / 1e6, clock: (performance.now() - start) / 1000 }
}

const summed = (costs: readonly Cost[]): Cost => ({
  processor: median(costs.map(({ processor }) => processor)),
  clock: median(costs.map(({ clock }) => clock)),
})

/** Rows of the values that a member of a bucket may have. */
function rowsOf(length: number): Int8Array[] {
  const most = mostValue(size)
  return Array.from({ length: members }, () => {
    const row = new Int8Array(new SharedArrayBuffer(length))
    const noise = randomFillSync(new Uint8Array(length))
    for (let k = 0; k < length; k++) row[k] = (noise[k]! % (2 * most + 1)) - most
    return row
  })
}

const keys = Array.from({ length: size }, () => createMaskKey(randomBytes(32)))
const of = { domain: { chainId: 1, ledger: `0x${'11'.repeat(20)}` as const }, task: 1n, epoch: 1n }
/** The places of a bucket. All buckets use the same keys here: what a mask costs does not depend on its key. */
const places = keys.map((key, place) => ({
  place,
  masks: keys.map((mate, at) =>
    at === place
      ? undefined
      : { key: roundKey(key.pair(mate.publicKey, of), 1n), sign: place < at ? (1 as const) : (-1 as const) },
  ),
}))
const buckets: FormedBucket[] = Array.from({ length: members / size }, (_, bucket) => {
  const rows = Array.from({ length: size }, (__, place) => bucket * size + place)
  return bucket === 0 && size > 3 ? { rows: rows.slice(1), absent: 0 } : { rows, absent: undefined }
})

await using engine = createEngine()
for (const length of flags.sizes.split(',').map((text) => Math.ceil(Number(text) / 8192) * 8192)) {
  const plain = rowsOf(length)
  const shown = plain.map((row, i) => {
    const { absent } = buckets[Math.floor(i / size)]!
    return new Int8Array(maskVersion(row, places[i % size]!, absent).buffer)
  })
  const [plainRound, bucketRound] = [asArrived(roundOf(plain)), asArrived(roundOf(shown))]
  const available = plain.map((_, i) => i !== 0 || size === 3)
  const times = { plainMember: [] as Cost[], bucketMember: [] as Cost[], plainClaim: [] as Cost[], bucketClaim: [] as Cost[] }
  for (let round = 0; round < rounds; round++) {
    times.plainMember.push(await timed(() => updateRoot(plain[0]!)))
    times.bucketMember.push(
      await timed(() => {
        versionsRoot(versionRoots(plain[0]!, places[0]!))
        maskVersion(plain[0]!, places[0]!, undefined)
      }),
    )
    times.plainClaim.push(await timed(() => engine.aggregate(plainRound)))
    times.bucketClaim.push(await timed(() => aggregateBuckets(engine, bucketRound, { buckets, available }, {})))
  }
  const [{ processor: hash }, { processor: versions }] = [summed(times.plainMember), summed(times.bucketMember)]
  console.log(
    JSON.stringify({
      coordinates: length,
      members,
      bucket: size,
      bytesPerCoordinate: (shown[1]!.length + 32 * (size === 4 ? 4 : 0)) / length,
      member: { plain: hash, bucket: versions },
      claim: { plain: summed(times.plainClaim), bucket: summed(times.bucketClaim) },
    }),
  )
}
