import { describe, expect, it } from 'vitest'
import { nnmGm, TraceKind, traceLeafHash, traceRoot } from '../../../src/aggregation/index.ts'
import type { RuleInput } from '../../../src/aggregation/index.ts'
import { toHex } from '../../../src/protocol/bytes.ts'
import { keccak } from '../../../src/protocol/hash.ts'
import { SpecBounds } from '../../../src/protocol/spec-rules.ts'
import { MAX_MEMBERS } from '../../../src/protocol/types.ts'
import { gramOf, hashOf, RULE, seeded } from './fixtures.ts'

const N = 7

/** Updates around a common direction, two strangers, and a reference row. */
function example(): RuleInput & { vectors: number[][] } {
  const next = seeded(11)
  const common = Array.from({ length: 40 }, () => next() * 60)
  const vectors = Array.from({ length: N + 1 }, (_, i) =>
    common.map((value) => Math.round(i === 5 ? -2 * value : i === 6 ? next() * 120 : value + next() * 60)),
  )
  return {
    vectors,
    gram: gramOf(vectors),
    stakes: [5n, 3n, 8n, 7n, 6n, 4n, 3n],
    tieBreak: vectors.slice(0, N).map((_, i) => hashOf(i)),
    hasReference: true,
    spec: { ...RULE, iterations: 3, reference: 3 },
    coordinates: 4000,
  }
}

const sum = (values: readonly bigint[]): bigint => values.reduce((a, b) => a + b, 0n)
const dot = (a: readonly bigint[], b: readonly bigint[]): bigint => sum(a.map((value, k) => value * b[k]!))
const floor = (a: bigint, b: bigint): bigint => (a - (((a % b) + b) % b)) / b
const isRoot = (root: bigint, square: bigint): boolean => root * root <= square && (root + 1n) * (root + 1n) > square

/** Each weight is the floor of its share of 65536, or one more. */
const shareOf = (weights: readonly bigint[], values: readonly bigint[]): boolean =>
  sum(weights) === 65_536n && weights.every((weight, i) => [0n, 1n].includes(weight - (values[i]! * 65_536n) / sum(values)))

describe('the trace of nnm-gm', () => {
  const input = example()
  const output = nnmGm.weights(input)
  const leaf = (kind: number, index = 0): bigint[] => {
    const found = output.trace.filter((entry) => entry.kind === kind && entry.index === index)
    expect(found.length).toBe(1)
    return found[0]!.words
  }
  const G = (i: number, j: number): bigint => BigInt(input.gram.matrix[i * (N + 1) + j]!)
  const members = Array.from({ length: N }, (_, i) => i)
  const rows = (kind: number): bigint[][] => members.map((i) => leaf(kind, i))
  const shares = leaf(TraceKind.shares)
  const scales = leaf(TraceKind.scales).slice(1)
  const H = rows(TraceKind.equalised)
  const fill = rows(TraceKind.neighbours).map(([whole, border, part]) =>
    members.map((j) => ((whole! >> BigInt(j)) & 1n ? shares[j]! * 10_000n : BigInt(j) === border ? part! : 0n)),
  )
  const quota = sum(shares) * 7500n
  const K = rows(TraceKind.mixed)

  it('rejects the two strangers', () => {
    expect(output.verdicts.map((verdict) => verdict === 5)).toEqual([false, false, false, false, false, true, true])
    expect(output.weights.reduce((a, b) => a + b, 0)).toBe(65_536)
  })

  it('commits to stake, trust and norms', () => {
    expect(leaf(TraceKind.stakes)).toEqual(input.stakes)
    const trust = leaf(TraceKind.trust)
    members.forEach((i) => {
      const root = BigInt(Math.floor(Math.sqrt(Number(G(i, i) * G(N, N)))))
      expect(trust[i]).toBe(G(i, N) <= 0n ? 0n : (G(i, N) << 16n) / root)
    })
    expect(shares).toEqual(input.stakes.map((stake, i) => stake * trust[i]!))
    const norms = leaf(TraceKind.norms)
    expect(norms.every((norm, i) => isRoot(norm, G(i, i)))).toBe(true)
    const target = leaf(TraceKind.scales)[0]!
    const weightOf = (keep: (norm: bigint) => boolean): bigint => sum(input.stakes.filter((_, i) => keep(norms[i]!)))
    expect(weightOf((norm) => norm <= target) * 2n >= weightOf(() => true)).toBe(true)
    expect(weightOf((norm) => norm < target) * 2n < weightOf(() => true)).toBe(true)
    expect(scales).toEqual(norms.map((norm) => (target << 16n) / norm))
  })

  it('commits to the equalised Gram and the neighbours', () => {
    members.forEach((i) => members.forEach((j) => expect(H[i]![j]).toBe((scales[i]! * scales[j]! * G(i, j)) >> 16n)))
    expect(leaf(TraceKind.squares)).toEqual(members.map((i) => H[i]![i]))
    members.forEach((i) => {
      const distance = members.map((j) => H[i]![i]! + H[j]![j]! - 2n * H[i]![j]!)
      expect(sum(fill[i]!)).toBe(quota)
      // A row that is not full is at least as far as every full row.
      members.forEach((j) =>
        members.forEach((k) => {
          const [open, inside] = [fill[i]![j]! < shares[j]! * 10_000n, fill[i]![k]! > 0n && shares[k]! > 0n]
          expect(!(open && inside && j !== k && shares[j]! > 0n) || distance[k]! <= distance[j]!).toBe(true)
        }),
      )
    })
  })

  it('commits to both mixed products, entry by entry', () => {
    const P = rows(TraceKind.mixedOnce)
    members.forEach((i) =>
      members.forEach((j) => {
        expect(P[i]![j]).toBe(floor(dot(fill[i]!, H[j]!), quota))
        expect(K[i]![j]).toBe(floor(dot(P[i]!, fill[j]!), quota))
      }),
    )
  })

  it('commits to every Weiszfeld step', () => {
    const smallest = leaf(TraceKind.scales)[0]! >> 2n
    let inverse = members.map(() => 1n)
    for (let t = 0; t < input.spec.iterations; t++) {
      const weights = shares.map((share, i) => share * inverse[i]!)
      const centre = leaf(TraceKind.centre, t)
      const square = centre[N]!
      members.forEach((i) => expect(centre[i]).toBe(floor(dot(K[i]!, weights), sum(weights))))
      expect(square).toBe(floor(dot(centre.slice(0, N), weights), sum(weights)))
      inverse = leaf(TraceKind.inverseDistances, t)
      members.forEach((i) => {
        const squared = K[i]![i]! - 2n * centre[i]! + square
        const root = BigInt(Math.floor(Math.sqrt(Number(squared > 0n ? squared : 0n))))
        const distance = root > smallest ? root : smallest
        expect(inverse[i]).toBe((1n << 48n) / distance)
      })
    }
    const weights = shares.map((share, i) => share * inverse[i]!)
    expect(leaf(TraceKind.mixWeights)).toEqual(weights.map((weight) => (weight << 64n) / sum(weights)))
  })

  it('commits to weights, outliers and scores', () => {
    const raw = leaf(TraceKind.rawWeights)
    const mix = leaf(TraceKind.mixWeights)
    members.forEach((j) =>
      expect(raw[j]).toBe(
        (scales[j]! < 65_536n ? scales[j]! : 65_536n) *
          dot(
            mix,
            members.map((i) => fill[i]![j]!),
          ),
      ),
    )
    const first = leaf(TraceKind.firstWeights)
    expect(shareOf(first, raw)).toBe(true)
    const products = leaf(TraceKind.firstProducts)
    members.forEach((i) =>
      expect(products[i]).toBe(
        dot(
          members.map((j) => G(i, j)),
          first,
        ),
      ),
    )
    expect(products[N]).toBe(dot(products.slice(0, N), first))
    const distances = leaf(TraceKind.distances)
    members.forEach((i) => expect(isRoot(distances[i]!, (G(i, i) << 32n) - (products[i]! << 17n) + products[N]!)).toBe(true))
    const [, unit, medianCosine] = leaf(TraceKind.medians)
    const cosines = leaf(TraceKind.cosines)
    const odd = leaf(TraceKind.oddness)
    const gap = (value: bigint): bigint => (value < 0n ? -value : value)
    members.forEach((i) => {
      expect(odd[i]).toBe((distances[i]! << 16n) / unit! + floor(5n * gap(medianCosine! - cosines[i]!), 4n))
    })
    const rejected = leaf(TraceKind.rejected)
    const support = leaf(TraceKind.support)
    const median = leaf(TraceKind.supportMedian)[0]!
    const least = (median > 8192n ? median - 8192n : 0n) / 2n - 12_288n
    members.forEach((i) => expect(rejected[i] === 0n || (odd[i]! * 10_000n > 20_500n << 16n && support[i]! < least)).toBe(true))
    expect(
      shareOf(
        leaf(TraceKind.filteredWeights),
        raw.map((value, i) => (rejected[i] ? 0n : value)),
      ),
    ).toBe(true)
    expect(leaf(TraceKind.scores)).toEqual(output.scores)
    expect(leaf(TraceKind.verdicts)).toEqual(output.verdicts.map(BigInt))
  })

  it('commits to how far the step may take the last one back', () => {
    const [rejected, filtered, words] = [leaf(TraceKind.rejected), leaf(TraceKind.filteredWeights), leaf(TraceKind.reversal)]
    const [stays, factor] = [words.slice(0, N), words[N]!]
    const order = members.filter((i) => rejected[i] === 0n).sort((a, b) => Number(G(a, N) - G(b, N)))
    /** Rows lie side by side as long as their stake; the first F of all stake stands where the next row stands. */
    const lost = sum(input.stakes) * 2500n
    let at = 0n
    const lengths = order.map((i) => {
      const end = at + input.stakes[i]! * 10_000n
      const kept = end <= lost ? 0n : end - (at > lost ? at : lost)
      at = end
      return kept
    })
    expect(stays).toEqual(
      members.map((i) => {
        const place = order.indexOf(i)
        return place < 0 ? 0n : (lengths[place]! << 16n) / (input.stakes[i]! * 10_000n)
      }),
    )
    const border = G(order[lengths.findIndex((kept) => kept > 0n)]!, N)
    const mean = floor(sum(order.map((i, place) => lengths[place]! * G(i, N))) + lost * border, at)
    const back = mean < 0n ? mean : 0n
    const room = sum(members.map((i) => filtered[i]! * stays[i]! * (G(i, N) - back)))
    const excess = sum(members.map((i) => filtered[i]! * (65_536n - stays[i]!) * (back - G(i, N))))
    const share = excess <= 0n || room >= excess ? 65_536n : room > 0n ? (room << 16n) / excess : 0n
    expect(factor).toBe(share)
    expect(
      shareOf(
        leaf(TraceKind.weights),
        members.map((i) => filtered[i]! * ((stays[i]! << 16n) + (65_536n - stays[i]!) * factor)),
      ),
    ).toBe(true)
  })

  it('commits to what the others say for each row', () => {
    const norms = leaf(TraceKind.norms)
    const cosine = (i: number, j: number): bigint => {
      const root = BigInt(Math.floor(Math.sqrt(Number(H[i]![i]! * H[j]![j]!))))
      return floor(H[i]![j]! << 16n, root)
    }
    /** Rows lie side by side as long as their stake; those between F from either end count. */
    const mean = (i: number): bigint => {
      const total = sum(input.stakes)
      const [start, end] = [total * 2500n, (total - input.stakes[i]!) * 10_000n - total * 2500n]
      let at = 0n
      const stays = members
        .filter((j) => j !== i)
        .map((j) => [cosine(i, j), input.stakes[j]! * 10_000n] as const)
        .sort(([a], [b]) => Number(a - b))
        .map(([said, stake]) => {
          const [from, to] = [at > start ? at : start, at + stake < end ? at + stake : end]
          at += stake
          return [said, to > from ? to - from : 0n] as const
        })
      return floor(sum(stays.map(([said, part]) => said * part)), sum(stays.map(([, part]) => part)))
    }
    members.forEach((i) => {
      const shorter = sum(input.stakes.filter((_, j) => 2n * norms[j]! < norms[i]!))
      const long = shorter * 10_000n >= sum(input.stakes) * 7500n
      expect(leaf(TraceKind.support)[i]).toBe(long ? -65_536n : mean(i))
    })
    expectMedian(leaf(TraceKind.support), leaf(TraceKind.supportMedian)[0]!)
  })

  /** Whether half of the stake lies at or below it, and less than half below. */
  function expectMedian(words: readonly bigint[], median: bigint): void {
    const upTo = (below: boolean): bigint =>
      sum(input.stakes.filter((_, i) => words[i]! < median || (!below && words[i] === median)))
    expect(words).toContain(median)
    expect(2n * upTo(false) >= sum(input.stakes) && 2n * upTo(true) < sum(input.stakes)).toBe(true)
  }

  it('commits to what is new beside the public row, and to pay by it', () => {
    const weights = leaf(TraceKind.weights)
    const R = members.map((i) => members.map((j) => floor(G(i, j) * G(N, N) - G(i, N) * G(j, N), G(N, N))))
    const products = leaf(TraceKind.products)
    members.forEach((i) => expect(products[i]).toBe(dot(R[i]!, weights)))
    expect(products[N]).toBe(dot(products.slice(0, N), weights))
    const cosines = leaf(TraceKind.finalCosines)
    members.forEach((i) => {
      const root = (products[i]! << 16n) / (cosines[i]! || 1n)
      // cos = v 2^16 / root to within the floors of both.
      expect(Math.abs(Number(root) / Math.sqrt(Number(G(i, i) * products[N]!)) - 1)).toBeLessThan(0.001)
    })
    const squares = leaf(TraceKind.residualSquares)
    expect(squares).toEqual(members.map((i) => R[i]![i]))
    const one = 1n << 32n
    const company = leaf(TraceKind.company)
    const chance = (1n << 36n) / BigInt(input.coordinates)
    members.forEach((i) => {
      let out = sum(input.stakes) * 2500n
      const left = members
        .filter((j) => j !== i)
        .map((j) => {
          const x = (R[i]![j]! * R[i]![j]! * one) / (squares[i]! * squares[j]!)
          return { said: x > chance ? (x - chance) * (one - x) : 0n, stake: input.stakes[j]! * 10_000n }
        })
        .sort((a, b) => Number(b.said - a.said))
        .map(({ said, stake }) => {
          const part = stake > out ? stake - out : 0n
          out -= stake - part
          return said * part
        })
      expect(company[i]).toBe((sum(left) * squares[i]!) / G(i, i))
    })
    const [middle] = leaf(TraceKind.payMedian)
    expectMedian(company, middle!)
    members.forEach((i) => {
      const share = (company[i]! << 20n) / middle!
      const pay = share < 65_536n ? share : 65_536n
      expect(output.scores[i]).toBe(leaf(TraceKind.rejected)[i] ? 0n : input.stakes[i]! * pay)
    })
  })
})

describe('bounds', () => {
  const { most: iterations } = SpecBounds.iterations
  const { least, most } = SpecBounds.capQ16
  it.each([
    { short: 0, capQ16: most, iterations: 12, byzantineBps: 1, rejectBps: 1 },
    { short: 40, capQ16: most, iterations, byzantineBps: SpecBounds.byzantineBps.most, rejectBps: 65_535 },
    { short: 70, capQ16: least, iterations, byzantineBps: 0, rejectBps: 0 },
  ])('every intermediate value fits an i256 at the limits of the protocol: %o', ({ short, ...edge }) => {
    // 128 rows, D = 2^30, all values ±127, full trust; some rows as short as a row can be. Each counts nearly 2^110, as many drawn
    // rows may in a task of committee size 1 whose stake is all below that.
    const top = 2 ** 30 * 127 * 127
    const next = seeded(5)
    const size = MAX_MEMBERS + 1
    const signs = Array.from({ length: size }, (_, i) => (i % 5 === 4 ? -1 : 1))
    const matrix = new Float64Array(size * size)
    for (let i = 0; i < size; i++) {
      for (let j = 0; j <= i; j++) {
        const product = top / Math.sqrt((i < short ? top : 1) * (j < short ? top : 1))
        const value = i === j ? Math.round(product) : signs[i]! * signs[j]! * Math.floor(product * (0.5 + 0.1 * next()))
        matrix[i * size + j] = matrix[j * size + i] = value
      }
    }
    const output = nnmGm.weights({
      gram: { size, matrix },
      stakes: Array.from({ length: MAX_MEMBERS }, () => 2n ** 110n - 1n),
      tieBreak: Array.from({ length: MAX_MEMBERS }, (_, i) => hashOf(i)),
      hasReference: true,
      spec: { ...RULE, ...edge, reference: 3 },
      coordinates: 2 ** 30,
    })
    expect(output.weights.reduce((a, b) => a + b, 0)).toBe(65_536)
    const largest = output.trace.flatMap(({ words }) => words).reduce((a, b) => (b > a ? b : -b > a ? -b : a), 0n)
    expect(largest < 2n ** 250n).toBe(true)
    expect(output.scores.every((score) => score < 2n ** 128n)).toBe(true)
  })
})

describe('traceRoot', () => {
  it('hashes kind, index and two’s complement words', () => {
    const bytes = new Uint8Array(8 + 96)
    bytes.set([0, 0, 0, 3, 0, 0, 1, 2])
    bytes[39] = 5
    bytes.fill(255, 40, 72)
    bytes[72 + 23] = 1 // 2^64
    const leaf = { kind: 3, index: 258, words: [5n, -1n, 2n ** 64n] }
    expect(toHex(traceLeafHash(leaf))).toBe(toHex(keccak(bytes)))
    expect(traceRoot([leaf])).toBe(toHex(keccak(bytes)))
    expect(traceRoot([])).toBe(`0x${'00'.repeat(32)}`)
  })
})
