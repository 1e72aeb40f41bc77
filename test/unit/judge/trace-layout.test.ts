import fc from '../../support/fast-check.ts'
import { describe, expect, it } from 'vitest'
import { multiPath } from '../../../src/judge/proofs/openings.ts'
import { judgedByWord, leavesOfStep, pairsOfStep } from '../../../src/judge/proofs/trace-step.ts'
import { traceLayout } from '../../../src/judge/proofs/trace-layout.ts'
import { depthFor, fromHex, keccak, merkleLevels, node, toHex } from '../../../src/protocol/index.ts'
import { randomRound } from '../../support/judge/random-round.ts'

describe('traceLayout', () => {
  it('is that of the traces that rules write', () => {
    for (let seed = 0; seed < 40; seed++) {
      const { honest } = randomRound(seed)
      if (honest.trace.length === 0) continue
      const layout = traceLayout(honest.spec, honest.trace[0]!.words.length)
      expect(layout.leaves, String(seed)).toEqual(
        honest.trace.map(({ kind, index, words }) => ({ kind, index, length: words.length })),
      )
      layout.leaves.forEach(({ kind, index }, place) => expect(layout.position(kind, index)).toBe(place))
    }
  })

  it('judges each step by leaves that stand before it', () => {
    const { honest } = randomRound(3)
    const layout = traceLayout(honest.spec, 9)
    layout.leaves.forEach(({ kind, index, length }, place) => {
      for (let word = 0; word < (judgedByWord(kind) ? length : 1); word++) {
        const leaves = leavesOfStep(layout, honest.spec.rule, kind, index, word)
        expect(leaves[0]).toBe(0)
        expect(leaves.at(-1)).toBe(place)
        expect(leaves).toEqual([...new Set(leaves)].sort((a, b) => a - b))
        const pairs = pairsOfStep(9, kind, index, word, word, true)
        expect(pairs).toEqual([...new Set(pairs)].sort((a, b) => a - b))
      }
    })
  })
})

describe('multiPath', () => {
  it('holds just what leads several leaves to the root', () => {
    const leaf = (i: number): Uint8Array => keccak(Uint8Array.of(i, i >> 8))
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.array(fc.nat(), { minLength: 1, maxLength: 20 }), (count, wanted) => {
        const levels = merkleLevels(
          Array.from({ length: count }, (_, i) => leaf(i)),
          depthFor(count),
        )
        const places = [...new Set(wanted.map((at) => at % count))].sort((a, b) => a - b)
        const path = multiPath(levels, places)
        let row = places.map((at) => ({ at, hash: leaf(at) }))
        let used = 0
        for (let level = 0; level < levels.length - 1; level++) {
          const above: typeof row = []
          for (let k = 0; k < row.length; k++) {
            const { at, hash } = row[k]!
            if (at % 2 === 1) above.push({ at: at >> 1, hash: node(fromHex(path[used++]!), hash) })
            else if (row[k + 1]?.at === at + 1) above.push({ at: at >> 1, hash: node(hash, row[++k]!.hash) })
            else above.push({ at: at >> 1, hash: node(hash, fromHex(path[used++]!)) })
          }
          row = above
        }
        expect(row.map(({ hash }) => toHex(hash))).toEqual([toHex(levels.at(-1)![0]!)])
        expect(used).toBe(path.length)
      }),
    )
  })
})
