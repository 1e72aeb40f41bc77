import { describe, expect, it } from 'vitest'
import { computeGram, gramProof, gramRoot, pairIndex, rootFromGramProof, twinKernels } from '../../../src/aggregation/index.ts'
import { toHex } from '../../../src/protocol/bytes.ts'
import { keccak } from '../../../src/protocol/hash.ts'
import { seeded } from './fixtures.ts'

const SEGMENT = 8192

function rowsOf(count: number, segments: number): Int8Array[] {
  const next = seeded(count * 100 + segments)
  return Array.from({ length: count }, () => Int8Array.from({ length: segments * SEGMENT }, () => Math.round(next() * 127)))
}

const word = (value: bigint): string => BigInt.asUintN(256, value).toString(16).padStart(64, '0')
const hash = (hex: string): string => toHex(keccak(Uint8Array.from(Buffer.from(hex, 'hex')))).slice(2)
const ZERO = '00'.repeat(32)

describe('computeGram', () => {
  it('sums the segments to the exact inner products', () => {
    const rows = rowsOf(3, 3)
    const { matrix, partials, segments } = computeGram(twinKernels, rows)
    expect([segments, partials.length]).toEqual([3, 18])
    for (let i = 0; i < 3; i++) {
      for (let j = 0; j < 3; j++) {
        expect(matrix[i * 3 + j]).toBe(rows[i]!.reduce((sum, value, k) => sum + value * rows[j]![k]!, 0))
      }
    }
  })

  it('of no rows is empty and has root zero', () => {
    const gram = computeGram(twinKernels, [])
    expect(gram.matrix.length).toBe(0)
    expect(gramRoot(gram)).toBe(`0x${ZERO}`)
  })
})

describe('gramRoot', () => {
  it('of one pair over three segments is what docs/protocol.md §4 spells out', () => {
    const gram = computeGram(twinKernels, rowsOf(1, 3))
    const [a, b, c] = [...gram.partials].map(BigInt)
    const left = hash(ZERO + word(a!) + ZERO + word(b!))
    const right = hash(ZERO + word(c!) + ZERO + word(0n))
    const pair = hash(left + word(a! + b!) + right + word(c!))
    expect(gramRoot(gram)).toBe(`0x${hash(pair + word(a! + b! + c!) + word(0n))}`)
  })

  it('commits to negative sums in two’s complement', () => {
    const plus = new Int8Array(SEGMENT).fill(1)
    const gram = computeGram(twinKernels, [plus, plus.map((value) => -value)])
    const leaf = (sum: bigint, p: bigint): string => hash(ZERO + word(sum) + word(p))
    const left = hash(leaf(8192n, 0n) + leaf(-8192n, 1n))
    const right = hash(leaf(8192n, 2n) + ZERO)
    expect(gramRoot(gram)).toBe(`0x${hash(left + right)}`)
  })

  it('is opened by proofs for every pair and segment', () => {
    const gram = computeGram(twinKernels, rowsOf(4, 5))
    const root = gramRoot(gram)
    for (let i = 0; i < 4; i++) {
      for (let j = 0; j <= i; j++) {
        for (let g = 0; g < 5; g++) {
          const proof = gramProof(gram, i, j, g)
          expect(proof.sum).toBe(gram.partials[g * 10 + pairIndex(i, j)])
          expect(rootFromGramProof(proof)).toEqual({ root, product: gram.matrix[i * 4 + j] })
          expect(rootFromGramProof({ ...proof, sum: proof.sum + 1 }).root).not.toBe(root)
        }
      }
    }
  })
})
