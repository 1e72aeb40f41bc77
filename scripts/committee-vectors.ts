/**
 * Writes test/vectors/committee.json: draws of random committees, for the TypeScript and the Solidity side.
 *
 *     node scripts/committee-vectors.ts [--check]
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { drawnWeight, isDrawn, lotOf, ticketOf } from '../src/protocol/committee.ts'
import { fromHex, keccak, toHex } from '../src/protocol/index.ts'
import type { Hash } from '../src/protocol/index.ts'

const hash = (text: string): Hash => toHex(keccak(new TextEncoder().encode(text)))
const UNIT = 10n ** 18n
/** Stakes by slot: equal ones, whales beside dust, and the largest that a token allows. */
const cases: { size: number; stakes: bigint[] }[] = [
  { size: 80, stakes: Array.from({ length: 24 }, () => 100n * UNIT) },
  { size: 5, stakes: Array.from({ length: 40 }, () => 100n * UNIT) },
  { size: 8, stakes: [1_000_000n * UNIT, 250_000n * UNIT, ...Array.from({ length: 30 }, (_, i) => BigInt(i) * UNIT)] },
  { size: 3, stakes: [2n ** 127n, 2n ** 126n + 1n, 1n, 7n, 2n ** 125n - 1n, 0n] },
]

const vectors = cases.map(({ size, stakes }, index) => {
  const draw = { seed: hash(`seed ${index}`), task: BigInt(index + 1), round: BigInt(index + 1) }
  const total = stakes.reduce((sum, stake) => sum + stake, 0n)
  const rows = stakes.flatMap((stake, slot) => {
    if (stake === 0n) return []
    const member = toHex(fromHex(hash(`member ${index} ${slot}`)).slice(12))
    const lot = lotOf(draw, member)
    const drawn = isDrawn(lot, stake, total, size)
    const [weight, ticket] = [drawnWeight(stake, total, size), ticketOf(lot, stake)]
    return [{ member, slot, stake: `${stake}`, lot: `${lot}`, drawn, weight: `${weight}`, ticket: `${ticket}` }]
  })
  return { seed: draw.seed, task: `${draw.task}`, round: `${draw.round}`, size, total: `${total}`, rows }
})

const path = new URL('../test/vectors/committee.json', import.meta.url)
const text = `${JSON.stringify(vectors, null, 1)}\n`
if (!process.argv.includes('--check')) writeFileSync(path, text)
else if (!existsSync(path) || readFileSync(path, 'utf8') !== text) {
  console.error('test/vectors/committee.json is stale: run `node scripts/committee-vectors.ts`')
  process.exit(1)
}
