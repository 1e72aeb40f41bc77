import fc, { runs } from '../support/fast-check.ts'
import { describe, expect, it } from 'vitest'
import { putInteger, putWord } from '../../src/aggregation/words.ts'
import { keccakEach, merkleRoot, packedRoot, unpackHashes } from '../../src/protocol/index.ts'
import { twinHashKernel, wasmHashKernel } from '../../src/protocol/kernels/index.ts'

const wasm = wasmHashKernel()

/** Cheap, seeded bytes: the properties draw shapes and seeds, not single values. */
function noise(length: number, seed: number): Uint8Array {
  let state = seed >>> 0 || 1
  return Uint8Array.from({ length }, () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state
  })
}

const seeds = fc.integer({ min: 1, max: 2 ** 31 })

describe('the SIMD hash kernel agrees with its twin', () => {
  it('on one message of every length around the block borders', () => {
    for (let length = 0; length <= 420; length++) {
      const message = noise(length, length + 1)
      expect(wasm.hash(message), `${length} bytes`).toEqual(twinHashKernel.hash(message))
    }
  })

  it('on messages longer than its memory, at its tile borders', () => {
    const tile = Math.floor(1_048_576 / 136) * 136
    for (const length of [1_048_576, 1_048_577, 2 * tile - 1, 2 * tile, 2 * tile + 135]) {
      const message = noise(length, 7)
      expect(wasm.hash(message), `${length} bytes`).toEqual(twinHashKernel.hash(message))
    }
    const two = noise(2 * 1_048_580, 9)
    expect(wasm.hashEach(two, 1_048_580)).toEqual(twinHashKernel.hashEach(two, 1_048_580))
  })

  it('on a message in parts, wherever it is cut', () => {
    const long = noise(1_100_000, 5)
    const length = fc.oneof(fc.nat(300), fc.constantFrom(1_048_575, 1_048_576, 1_048_577))
    fc.assert(
      fc.property(fc.array(fc.nat(300), { maxLength: 4 }), length, fc.nat(300), (before, some, after) => {
        const lengths = [...before, Math.min(some, long.length - 2000), after]
        const message = long.subarray(
          0,
          lengths.reduce((sum, one) => sum + one, 0),
        )
        const [fast, slow] = [wasm.stream(), twinHashKernel.stream()]
        let at = 0
        for (const one of lengths) {
          for (const stream of [fast, slow]) stream.update(message.subarray(at, at + one))
          at += one
        }
        const hash = fast.digest()
        expect(hash).toEqual(slow.digest())
        expect(hash).toEqual(twinHashKernel.hash(message))
      }),
      { numRuns: runs(30) },
    )
  })

  it('on many messages of one length', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 600 }), fc.integer({ min: 0, max: 33 }), seeds, (length, count, seed) => {
        const messages = noise(length * count, seed)
        expect(wasm.hashEach(messages, length)).toEqual(twinHashKernel.hashEach(messages, length))
      }),
      { numRuns: runs(200) },
    )
  })

  it('on more messages than one tile holds', () => {
    for (const [length, count] of [
      [1, 20_000],
      [64, 16_385],
      [1024, 1025],
    ] as const) {
      const messages = noise(length * count, count)
      expect(wasm.hashEach(messages, length)).toEqual(twinHashKernel.hashEach(messages, length))
    }
  })

  it('on int32 values in big-endian order, extremes included', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 80 }), fc.integer({ min: 0, max: 9 }), seeds, (quads, count, seed) => {
        const values = new Int32Array(noise(16 * quads * count, seed).buffer)
        values.set([-(2 ** 31), 2 ** 31 - 1, -1].slice(0, values.length))
        expect(wasm.hashInts(values, 4 * quads)).toEqual(twinHashKernel.hashInts(values, 4 * quads))
      }),
      { numRuns: runs(100) },
    )
  })

  it('on the leaves of every range of pairs, any number of segments', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 70 }),
        fc.integer({ min: 1, max: 9 }),
        fc.nat(8),
        fc.nat(8),
        seeds,
        (segments, pairs, a, b, seed) => {
          const partials = new Int32Array(noise(4 * segments * pairs, seed).buffer)
          partials.set([-(2 ** 31), 2 ** 31 - 1].slice(0, partials.length))
          const [from, to] = [Math.min(a, b) % pairs, (Math.max(a, b) % pairs) + 1].sort((x, y) => x - y) as [number, number]
          expect(wasm.pairLeaves(partials, pairs, from, to)).toEqual(twinHashKernel.pairLeaves(partials, pairs, from, to))
        },
      ),
      { numRuns: runs(150) },
    )
  })

  it('on the most segments a vector can have', () => {
    const partials = new Int32Array(2 ** 17).fill(8192 * 127 * 127)
    partials[5] = -8192 * 127 * 127
    expect(wasm.pairLeaves(partials, 1, 0, 1)).toEqual(twinHashKernel.pairLeaves(partials, 1, 0, 1))
  })

  it('and refuses messages that are not whole', () => {
    for (const kernel of [wasm, twinHashKernel]) {
      expect(() => kernel.hashEach(new Uint8Array(10), 3)).toThrow(RangeError)
      expect(() => kernel.hashEach(new Uint8Array(10), 0)).toThrow(RangeError)
    }
    expect(() => wasm.pairLeaves(new Int32Array(2 ** 17 + 1), 1, 0, 1)).toThrow(RangeError)
  })
})

it('a packed tree is the tree of its leaves', () => {
  fc.assert(
    fc.property(fc.nat(40), fc.nat(3), fc.nat(6), seeds, (count, extra, zeroLevel, seed) => {
      const packed = noise(32 * count, seed)
      const depth = Math.ceil(Math.log2(Math.max(1, count))) + extra
      expect(packedRoot(packed, depth, zeroLevel)).toEqual(merkleRoot(unpackHashes(packed), depth, zeroLevel))
      expect(unpackHashes(keccakEach(packed, 32))).toHaveLength(count)
    }),
  )
})

it('an integer in a number is written as the word of its BigInt', () => {
  const [fast, slow] = [new DataView(new ArrayBuffer(32)), new DataView(new ArrayBuffer(32))]
  fc.assert(
    fc.property(fc.oneof(fc.maxSafeInteger(), fc.constantFrom(0, -1, 2 ** 32, -(2 ** 32), 2 ** 63, -(2 ** 63))), (value) => {
      putInteger(fast, 0, value)
      putWord(slow, 0, BigInt(value))
      expect(fast).toEqual(slow)
    }),
  )
})
