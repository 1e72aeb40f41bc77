import { createCipheriv, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addBytes } from '../../../src/masking/add-bytes.ts'
import {
  createMaskKey,
  drawBuckets,
  maskRow,
  maskVersion,
  mostValue,
  roundKey,
  sumRows,
  versionRoots,
} from '../../../src/masking/index.ts'
import type { MaskKey, PairMask } from '../../../src/masking/index.ts'
import { inDrawOrder, toHex, updateRoot, versionAt } from '../../../src/protocol/index.ts'
import type { Address, Hash } from '../../../src/protocol/index.ts'

const DOMAIN = { chainId: 31337, ledger: '0x5FbDB2315678afecb367f032d93F642f64180aa3' as const }
const OF = { domain: DOMAIN, task: 1n, epoch: 2n }

/** Masks of member `own` with all others of its bucket, whose slots are their places. */
function masksOf(keys: readonly MaskKey[], own: number, round: bigint): Map<number, PairMask> {
  return new Map(
    keys.flatMap((other, slot) =>
      slot === own
        ? []
        : [[slot, { key: roundKey(keys[own]!.pair(other.publicKey, OF), round), sign: own < slot ? 1 : -1 }] as const],
    ),
  )
}

const rows = (size: number, length: number): Int8Array[] => {
  const most = mostValue(size)
  return Array.from({ length: size }, () => Int8Array.from(randomBytes(length), (value) => (value % (2 * most + 1)) - most))
}
const sumOf = (parts: readonly Int8Array[]): Int8Array =>
  Int8Array.from(parts[0]!, (_, k) => parts.reduce((sum, part) => sum + part[k]!, 0))

const asBytes = (row: Int8Array): Uint8Array => new Uint8Array(row.buffer, row.byteOffset, row.length)

describe('a bucket', () => {
  it.each([3, 4, 5, 8])('of %i gives the sum of its rows, bit for bit, in every round', (size) => {
    const keys = Array.from({ length: size }, () => createMaskKey(randomBytes(32)))
    for (const round of [1n, 2n, 2n ** 63n]) {
      const plain = rows(size, 100_001)
      const masked = plain.map((row, own) => maskRow(row, [...masksOf(keys, own, round).values()]))
      expect(Buffer.compare(asBytes(sumRows(masked)), asBytes(sumOf(plain)))).toBe(0)
    }
  })

  it.each([0, 1, 2, 3])(
    'of four gives the sum of the others when the member at place %i has no row, without any key of its masks',
    (absent) => {
      const keys = Array.from({ length: 4 }, () => createMaskKey(randomBytes(32)))
      const plain = rows(4, 16_384)
      const places = keys.map((_, place) => ({ place, masks: keys.map((__, mate) => masksOf(keys, place, 9n).get(mate)) }))
      const committed = plain.map((row, place) => versionRoots(row, places[place]!))
      const present = [0, 1, 2, 3].filter((place) => place !== absent)
      const shown = present.map((place) => maskVersion(plain[place]!, places[place]!, absent))
      // What is shown is one of the versions that the member committed to before the seal.
      for (const [k, place] of present.entries())
        expect(toHex(updateRoot(shown[k]!))).toBe(committed[place]![versionAt(4, place, absent)])
      expect(Buffer.compare(asBytes(sumRows(shown)), asBytes(sumOf(present.map((place) => plain[place]!))))).toBe(0)
      // The versions of one member are four different rows, and so is every sum over other versions.
      expect(new Set(committed.flat()).size).toBe(16)
      const others = present.map((place) => maskVersion(plain[place]!, places[place]!, undefined))
      expect(Buffer.compare(asBytes(sumRows(others)), asBytes(sumRows(shown)))).not.toBe(0)
    },
  )

  it('of three has one version of each row', () => {
    const keys = Array.from({ length: 3 }, () => createMaskKey(randomBytes(32)))
    const [row] = rows(3, 8192)
    const place = { place: 1, masks: [0, 1, 2].map((mate) => masksOf(keys, 1, 4n).get(mate)) }
    expect(versionRoots(row!, place)).toEqual([toHex(updateRoot(maskVersion(row!, place, undefined)))])
  })

  it('shows no row while one of its masks is unknown, nor the sum of two', () => {
    const keys = Array.from({ length: 4 }, () => createMaskKey(randomBytes(32)))
    const length = 1 << 18
    const zero = new Int8Array(length)
    const masks = keys.map((_, own) => masksOf(keys, own, 1n))
    const masked = masks.map((of) => maskRow(zero, [...of.values()]))
    // Members 1 and 2 tell everything they know to somebody who wants to see member 0: the mask of 0 and 3 is left.
    const seen = new Int8Array(
      maskRow(
        new Int8Array(masked[0]!.buffer),
        [1, 2].map((of) => masks[of]!.get(0)!),
      ).buffer,
    )
    const two = sumRows([masked[0]!, masked[3]!])
    // χ² of the bytes has 255 degrees of freedom: a mean of 255 and a deviation of 22.6. A uniform stream exceeds 255 + 7 · 22.6 once in 10^9 runs.
    for (const bytes of [masked[0]!, seen, two]) expect(chiSquare(new Uint8Array(bytes.buffer))).toBeLessThan(414)
  })
})

function chiSquare(bytes: Uint8Array): number {
  const counts = new Float64Array(256)
  for (const byte of bytes) counts[byte]!++
  const expected = bytes.length / 256
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
}

describe('a key for masks', () => {
  const [a, b] = [createMaskKey(randomBytes(32)), createMaskKey(randomBytes(32))]

  it('gives both members of a pair one secret', () => {
    expect(a.pair(b.publicKey, OF)).toEqual(b.pair(a.publicKey, OF))
  })

  it('gives another secret for another task, epoch, ledger, chain and pair', () => {
    const c = createMaskKey(randomBytes(32))
    const ledger = '0x0000000000000000000000000000000000000001' as const
    const secrets = [
      a.pair(b.publicKey, OF),
      a.pair(c.publicKey, OF),
      a.pair(b.publicKey, { ...OF, task: 2n }),
      a.pair(b.publicKey, { ...OF, epoch: 3n }),
      a.pair(b.publicKey, { ...OF, domain: { ...DOMAIN, chainId: 1 } }),
      a.pair(b.publicKey, { ...OF, domain: { ...DOMAIN, ledger } }),
    ].map((secret) => Buffer.from(secret).toString('hex'))
    expect(new Set(secrets).size).toBe(secrets.length)
  })

  it('gives another key for each round, with all of its 256 bits', () => {
    const secret = a.pair(b.publicKey, OF)
    const keys = Array.from({ length: 2000 }, (_, round) => roundKey(secret, BigInt(round)))
    expect(new Set(keys.map((key) => Buffer.from(key).toString('hex'))).size).toBe(keys.length)
    // Each bit is set in about half of them: 1000 ± 7 deviations of 22.4.
    for (let bit = 0; bit < 256; bit++)
      expect(Math.abs(keys.filter((key) => (key[bit >> 3]! >> (bit & 7)) & 1).length - 1000)).toBeLessThan(157)
  })

  it.each([
    ['a short secret', () => createMaskKey(new Uint8Array(31))],
    ['a short public key', () => a.pair(new Uint8Array(31), OF)],
    ['its own public key', () => a.pair(a.publicKey, OF)],
    ['the point 0', () => a.pair(new Uint8Array(32), OF)],
    [
      'the point 1',
      () =>
        a.pair(
          Uint8Array.from({ length: 32 }, (_, k) => (k === 0 ? 1 : 0)),
          OF,
        ),
    ],
    [
      'a point of order 8',
      () => a.pair(Buffer.from('e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800', 'hex'), OF),
    ],
  ])('refuses %s', (_, act) => {
    expect(act).toThrow(expect.objectContaining({ code: 'MASK_KEY_INVALID' }) as Error)
  })
})

it('a mask is ChaCha20 from block 0, all of it', () => {
  const key = randomBytes(32)
  const length = (1 << 18) * 2 + 5
  const made = maskRow(new Int8Array(length), [{ key, sign: 1 }])
  expect(Buffer.compare(made, createCipheriv('chacha20', key, new Uint8Array(16)).update(new Uint8Array(length)))).toBe(0)
})

it('bytes are added and taken away modulo 2^8, at any place in their buffers', () => {
  const bytes = fc.uint8Array({ minLength: 0, maxLength: 41 })
  fc.assert(
    fc.property(bytes, bytes, fc.nat(4), fc.nat(4), fc.constantFrom(1 as const, -1 as const), (a, b, i, j, sign) => {
      const [from, length] = [Math.max(i, j), Math.min(a.length - i, b.length - j)]
      if (length < 0 || from > 4) return
      const [x, y] = [a.slice(), b.slice()]
      const [target, other] = [x.subarray(i, i + length), y.subarray(j, j + length)]
      const expected = Array.from(target, (value, k) => (value + sign * other[k]!) & 255)
      addBytes(target, other, sign)
      expect([...target]).toEqual(expected)
      expect([...y]).toEqual([...b])
    }),
    { numRuns: 2000 },
  )
})

describe('buckets', () => {
  const member = (slot: number, weight = 5n): { member: Address; slot: number; weight: bigint } => ({
    member: `0x${(slot + 1).toString(16).padStart(40, '0')}`,
    slot,
    weight,
  })
  const seed = (n: number): Hash => `0x${n.toString(16).padStart(64, '0')}`

  it('hold each member once, and members of one weight only', () => {
    const draw = fc.record({
      seed: fc.nat(1e6),
      size: fc.integer({ min: 3, max: 8 }),
      weights: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 60 }),
    })
    fc.assert(
      fc.property(draw, ({ seed: n, size, weights }) => {
        const members = weights.map((weight, slot) => member(slot, BigInt(weight)))
        const { buckets, alone } = drawBuckets({ seed: seed(n), task: 1n, epoch: 0n, size }, members)
        expect([...buckets.flat(), ...alone].map(({ slot }) => slot).toSorted((a, b) => a - b)).toEqual([...members.keys()])
        for (const bucket of buckets) {
          expect(bucket).toHaveLength(size)
          expect(new Set(bucket.map(({ weight }) => weight)).size).toBe(1)
        }
        for (const weight of [1n, 2n, 3n]) expect(alone.filter((one) => one.weight === weight).length).toBeLessThan(size)
      }),
    )
  })

  it('depend on seed, task and epoch, and not on the order of the members', () => {
    const members = Array.from({ length: 32 }, (_, slot) => member(slot))
    const draw = (changes: object, of = members) =>
      JSON.stringify(
        drawBuckets({ seed: seed(7), task: 1n, epoch: 0n, size: 4, ...changes }, of).buckets.map((bucket) =>
          bucket.map(({ slot }) => slot),
        ),
      )
    expect(draw({}, members.toReversed())).toBe(draw({}))
    for (const changes of [{ seed: seed(8) }, { task: 2n }, { epoch: 1n }]) expect(draw(changes)).not.toBe(draw({}))
  })

  it('put any two members together as often as chance does', () => {
    const members = Array.from({ length: 12 }, (_, slot) => member(slot))
    const epochs = 2000
    const together = new Map<string, number>()
    for (let epoch = 0; epoch < epochs; epoch++)
      for (const bucket of drawBuckets({ seed: seed(1), task: 1n, epoch: BigInt(epoch), size: 4 }, members).buckets)
        for (const { slot: a } of bucket)
          for (const { slot: b } of bucket) if (a < b) together.set(`${a} ${b}`, (together.get(`${a} ${b}`) ?? 0) + 1)
    // Each pair shares a bucket with chance 3/11: 545 times with a deviation of 20; seven of them.
    expect(together.size).toBe(66)
    for (const times of together.values()) expect(Math.abs(times - (epochs * 3) / 11)).toBeLessThan(140)
  })

  it.each([2, 9, 3.5])('of %d members are refused', (size) => {
    expect(() => drawBuckets({ seed: seed(1), task: 1n, epoch: 0n, size }, [])).toThrow('a bucket has 3 to 8 members')
  })
})

interface DrawVector {
  seed: Hash
  task: string
  epoch: string
  size: number
  members: Address[]
  slots: number[]
  stakes: string[]
  keyed: boolean[]
  buckets: string[]
}

it('draws what the contract draws (test/vectors/buckets.json), whatever order the members come in', () => {
  const vectors = JSON.parse(readFileSync(join(import.meta.dirname, '../../vectors/buckets.json'), 'utf8')) as DrawVector[]
  for (const { seed, task, epoch, size, ...lists } of vectors) {
    const draw = { seed, task: BigInt(task), epoch: BigInt(epoch), size }
    const members = lists.members.map((member, i) => ({
      member,
      slot: lists.slots[i]!,
      weight: BigInt(lists.stakes[i]!),
      keyed: lists.keyed[i]!,
    }))
    expect(inDrawOrder(draw, members.toReversed()).map(({ member }) => member)).toEqual(lists.members)
    const keyed = members.filter((member) => member.keyed).toReversed()
    const packed = drawBuckets(draw, keyed).buckets.map((bucket) =>
      bucket.reduce((word, { slot }, k) => word + BigInt(slot) * 2n ** BigInt(16 * k), 0n),
    )
    expect(packed.map(String)).toEqual(lists.buckets)
  }
  expect(vectors.length).toBeGreaterThan(4)
})
