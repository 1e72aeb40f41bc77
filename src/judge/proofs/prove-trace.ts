import { isqrt, pairIndex, TraceKind, weightsHeld } from '../../aggregation/index.ts'
import { bucketTerms, depthFor, RuleId, scoresNovelty, toHex } from '../../protocol/index.ts'
import type { ClaimParts } from '../claim-parts.ts'
import { sumLevels } from '../claim-parts.ts'
import { caseOf, gramLevels, multiPath, openTrace, openTraceAt, specArgument, traceLevels } from './openings.ts'
import type { JudgeProof } from './proof.ts'
import { traceLayout } from './trace-layout.ts'
import type { TraceLayout } from './trace-layout.ts'
import { judgedByWord, leavesOfStep, pairsOfStep } from './trace-step.ts'

const K = TraceKind

/** The layout of the claim's trace if it were whole: by the length of its first leaf. */
export function layoutOf(parts: ClaimParts): TraceLayout {
  return traceLayout(parts.spec, parts.trace[0]?.words.length ?? 0)
}

/**
 * One step of the weight rule, recomputed on chain from the leaves, inner products and rows before it. The trace must have the right shape
 * (`buildTraceShapeProof`).
 *
 * @param word the wrong one, where the kind is judged word by word (`judgedByWord`) or is 2
 * @param other of kind 2: a second row, where full trust for everyone is wrong by two rows
 */
export function buildTraceProof(parts: ClaimParts, kind: number, index = 0, word = 0, other = word): JudgeProof {
  const layout = layoutOf(parts)
  const at = judgedByWord(kind) || kind === K.trust ? word : 0
  const places = leavesOfStep(layout, parts.spec.rule, kind, index, at)
  const pairs = pairsOfStep(layout.rows, kind, index, at, other, scoresNovelty(parts.spec.rule))
  const [low, high] = at < other ? [at, other] : [other, at]
  return {
    functionName: 'proveTrace',
    args: [
      caseOf(parts),
      specArgument(parts.spec),
      {
        kind,
        index,
        word: kind === K.trust ? BigInt(low) | (BigInt(high) << 128n) : BigInt(at),
        leaves: places.map((place) => parts.trace[place]!.words),
        path: multiPath(traceLevels(parts), places),
        pairs: pairs.map((pair) => {
          const root = sumLevels(parts.gram[pair]!).at(-1)![0]!
          return { hash: toHex(root.hash), product: BigInt(root.sum) }
        }),
        pairPath: pairs.length === 0 ? [] : multiPath(gramLevels(parts), pairs),
        rows: needsRows(parts, layout, kind, index) ? parts.rows : [],
      },
    ],
  }
}

/** A leaf that is missing, another one's, of another length, or past the end; or a whole tree of another depth. */
export function buildTraceShapeProof(parts: ClaimParts, position: number): JudgeProof {
  return {
    functionName: 'proveTraceShape',
    args: [caseOf(parts), specArgument(parts.spec), openTrace(parts, K.stakes), openTraceAt(parts, position)],
  }
}

/** First place at which the trace has not the leaf that the rule writes there; undefined when it has the right shape. */
export function misshapenAt(parts: ClaimParts): number | undefined {
  const first = parts.trace[0]
  if (!first) return undefined
  if (first.kind !== K.stakes || first.index !== 0) return 0
  const { leaves } = layoutOf(parts)
  // In a tree of another depth any leaf shows it; an empty place would not.
  if (first.words.length === 0 || depthFor(leaves.length) !== depthFor(parts.trace.length)) return 0
  for (let place = 0; place < Math.max(leaves.length, parts.trace.length); place++) {
    const [right, leaf] = [leaves[place], parts.trace[place]]
    if (leaf?.kind !== right?.kind || leaf?.index !== right?.index || leaf?.words.length !== right?.length) return place
  }
  return undefined
}

/**
 * Where a trust leaf (kind 2) is wrong: a row whose own trust it does not have; or, where it has full trust for everyone, a trusted row and one
 * without full trust. undefined when it is right.
 */
export function wrongTrust(parts: ClaimParts): [word: number, other: number] | undefined {
  const { words } = parts.trace[1]!
  const n = words.length
  const product = (i: number, j: number): bigint => BigInt(parts.gram[pairIndex(i, j)]!.at(-1)![0]!)
  const square = product(n, n)
  const full = words.every((word) => word === 65_536n)
  if (square === 0n) return full ? undefined : [0, 0]
  const own = words.map((_, i) => {
    const along = product(n, i)
    return along <= 0n ? 0n : (along << 16n) / isqrt(product(i, i) * square)
  })
  const trusted = own.findIndex((trust) => trust > 0n)
  if (full) {
    const part = own.findIndex((trust) => trust !== 65_536n)
    return trusted < 0 || part < 0 ? undefined : [trusted, part]
  }
  if (words.every((word) => word === 0n)) return [0, 0]
  const wrong = words.findIndex((word, i) => word !== own[i])
  return wrong < 0 ? undefined : [wrong, wrong]
}

/**
 * Whether a step needs the members rows themselves: it follows from them, or it orders rows that are equal except for
 * their update roots. Sums keep the order of the draw, and members of buckets are never quarantined.
 */
function needsRows(parts: ClaimParts, layout: TraceLayout, kind: number, index: number): boolean {
  if (bucketTerms(parts.spec)) return false
  if (kind === K.stakes || kind === K.rejected) return true
  const words = (k: number, i = 0): bigint[] => parts.trace[layout.position(k, i)]!.words
  const tie = (keys: readonly (bigint | string)[]): boolean => new Set(keys).size < keys.length
  if (kind === K.neighbours) {
    const [squares, products] = [words(K.squares), words(K.equalised, index)]
    const keys = squares.map((square, j) => square - 2n * products[j]!)
    return tie(keys.map((key) => (key < keys[index]! ? keys[index]! : key)))
  }
  if (kind === K.reversal) {
    const n = layout.rows
    const rejected = words(K.rejected)
    return tie(rejected.flatMap((out, i) => (out ? [] : [BigInt(parts.gram[pairIndex(n, i)]!.at(-1)![0]!)])))
  }
  const filter = parts.spec.rule.rule === RuleId.nnmGm
  if (kind === K.firstWeights) return tie(remainders(words(K.rawWeights)))
  if (kind === K.weights && filter && scoresNovelty(parts.spec.rule)) {
    const held = words(K.reversal)
    return tie(remainders(weightsHeld(words(K.filteredWeights).map(Number), { stays: held.slice(0, -1), factor: held.at(-1)! })))
  }
  if (kind !== K.weights && kind !== K.filteredWeights) return false
  if (!filter) return tie(remainders(words(K.stakes)))
  const rejected = words(K.rejected)
  return tie(remainders(words(K.rawWeights).map((value, i) => (rejected[i] ? 0n : value))))
}

/** Remainders that the largest shares of 65536 are decided by. */
function remainders(values: readonly bigint[]): bigint[] {
  const total = values.reduce((a, b) => a + b, 0n)
  return total === 0n ? [] : values.map((value) => (value * 65_536n) % total)
}
