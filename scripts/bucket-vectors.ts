/**
 * Writes test/vectors/buckets.json: draws of buckets, for the TypeScript and the Solidity side.
 *
 *     node scripts/bucket-vectors.ts [--check]
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { drawBuckets } from '../src/masking/index.ts'
import { inDrawOrder } from '../src/protocol/index.ts'
import { fromHex, keccak, toHex } from '../src/protocol/index.ts'
import type { Hash } from '../src/protocol/index.ts'

const hash = (text: string): Hash => toHex(keccak(new TextEncoder().encode(text)))
const UNIT = 10n ** 18n
/** Stakes by slot, and every how many-th member has no key. */
const cases: { size: number; stakes: bigint[]; without: number }[] = [
  { size: 4, stakes: Array.from({ length: 32 }, () => 100n * UNIT), without: 0 },
  { size: 3, stakes: Array.from({ length: 32 }, () => 100n * UNIT), without: 5 },
  { size: 4, stakes: Array.from({ length: 30 }, (_, slot) => BigInt(1 + (slot % 3)) * UNIT), without: 7 },
  { size: 4, stakes: Array.from({ length: 20 }, (_, slot) => BigInt(slot) * UNIT), without: 0 },
  { size: 3, stakes: [2n ** 127n, 2n ** 127n, 2n ** 127n, 1n, 1n, 1n, 1n, 0n, 0n, 0n], without: 0 },
  { size: 4, stakes: Array.from({ length: 128 }, () => 1n), without: 3 },
]

const vectors = cases.map(({ size, stakes, without }, index) => {
  const draw = { seed: hash(`seed ${index}`), task: BigInt(index + 1), epoch: BigInt(index), size }
  const members = stakes.flatMap((weight, slot) => {
    const keyed = without === 0 || slot % without !== 0
    return weight === 0n ? [] : [{ member: toHex(fromHex(hash(`member ${index} ${slot}`)).slice(12)), slot, weight, keyed }]
  })
  const ordered = inDrawOrder(draw, members)
  const { buckets } = drawBuckets(
    draw,
    members.filter(({ keyed }) => keyed),
  )
  const packed = buckets.map((bucket) => bucket.reduce((word, { slot }, k) => word | (BigInt(slot) << BigInt(16 * k)), 0n))
  return {
    seed: draw.seed,
    task: `${draw.task}`,
    epoch: `${draw.epoch}`,
    size,
    members: ordered.map(({ member }) => member),
    slots: ordered.map(({ slot }) => slot),
    stakes: ordered.map(({ weight }) => `${weight}`),
    keyed: ordered.map(({ keyed }) => keyed),
    buckets: packed.map((word) => `${word}`),
  }
})

const path = new URL('../test/vectors/buckets.json', import.meta.url)
const text = `${JSON.stringify(vectors, null, 1)}\n`
if (!process.argv.includes('--check')) writeFileSync(path, text)
else if (!existsSync(path) || readFileSync(path, 'utf8') !== text) {
  console.error('test/vectors/buckets.json is stale: run `node scripts/bucket-vectors.ts`')
  process.exit(1)
}
