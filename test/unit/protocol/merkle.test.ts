import { SimpleMerkleTree } from '@openzeppelin/merkle-tree'
import fc from '../../support/fast-check.ts'
import { keccak256, concat as concatHex } from 'viem'
import { describe, expect, it } from 'vitest'
import {
  depthFor,
  equalBytes,
  fromHex,
  int8Leaves,
  merkleLevels,
  merkleProof,
  merkleRoot,
  rootOfSegmentRoots,
  segmentRoots,
  toHex,
  updateRoot,
  vectorRoot,
  verifyProof,
  zeroHash,
} from '../../../src/protocol/index.ts'

const leaf = fc.uint8Array({ minLength: 32, maxLength: 32 })

/** The definition read literally: pad to 2^depth, hash pairwise with viem's keccak. */
function slowRoot(leaves: Uint8Array[], depth: number): string {
  let level = Array.from({ length: 2 ** depth }, (_, i) => toHex(leaves[i] ?? new Uint8Array(32)))
  while (level.length > 1) level = level.flatMap((left, i) => (i % 2 ? [] : [keccak256(concatHex([left, level[i + 1]!]))]))
  return level[0]!
}

describe('merkle', () => {
  it('agrees with the literal definition for every count and depth', () => {
    fc.assert(
      fc.property(fc.array(leaf, { maxLength: 20 }), fc.nat(2), (leaves, extra) => {
        const depth = depthFor(leaves.length) + extra
        expect(toHex(merkleRoot(leaves, depth))).toBe(slowRoot(leaves, depth))
      }),
      { numRuns: 60 },
    )
  })

  it('agrees with OpenZeppelin on a full tree of ascending pairs, where both orders coincide', () => {
    const [a, b] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)]
    const oz = SimpleMerkleTree.of([toHex(a), toHex(b)], { sortLeaves: false })
    expect([toHex(merkleRoot([a, b], 1)), toHex(merkleRoot([b, a], 1))]).toContain(oz.root)
  })

  it('proves every leaf and no other', () => {
    fc.assert(
      fc.property(fc.array(leaf, { minLength: 1, maxLength: 20 }), fc.nat(), leaf, (leaves, at, other) => {
        const depth = depthFor(leaves.length) + 1
        const levels = merkleLevels(leaves, depth)
        const index = at % leaves.length
        const proof = merkleProof(levels, index)
        const root = levels[depth]![0]!
        expect(verifyProof(root, leaves[index]!, index, proof)).toBe(true)
        expect(verifyProof(root, leaves[index]!, index + 2 ** depth, proof)).toBe(false)
        expect(verifyProof(root, other, index, proof)).toBe(equalBytes(other, leaves[index]!))
      }),
      { numRuns: 60 },
    )
  })

  it('builds an update root from its segment roots', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.integer({ min: -127, max: 127 }), (segments, seed) => {
        const update = Int8Array.from({ length: segments * 8192 }, (_, k) => ((k * 31 + seed) % 255) - 127)
        expect(toHex(rootOfSegmentRoots(segmentRoots(update)))).toBe(toHex(updateRoot(update)))
        expect(toHex(vectorRoot(int8Leaves(update)))).toBe(toHex(updateRoot(update)))
      }),
      { numRuns: 10 },
    )
  })

  it('pads with the tree of missing leaves', () => {
    expect(toHex(merkleRoot([], 3))).toBe(toHex(zeroHash(3)))
    expect(toHex(zeroHash(1))).toBe(keccak256(toHex(new Uint8Array(64))))
    expect(() => merkleRoot([fromHex(`0x${'11'.repeat(32)}`), zeroHash(0), zeroHash(0)], 1)).toThrow(RangeError)
  })
})
