import { toHex } from '../../../src/protocol/bytes.ts'
import { keccak } from '../../../src/protocol/hash.ts'
import type { Hash, RuleSpec, TaskSpec } from '../../../src/protocol/types.ts'

export const RULE: RuleSpec = {
  rule: 1,
  byzantineBps: 2500,
  iterations: 8,
  capQ16: 4 * 65_536,
  rejectBps: 20_500,
  reference: 0,
  referenceDecay: 230,
  referenceGain: 2,
}

export function taskSpec(overrides: Partial<TaskSpec> = {}): TaskSpec {
  return {
    tensors: [{ length: 768, updateExponent: -9, modelExponent: -20, eta: 1, shift: 5 }],
    rule: RULE,
    minNormSq: 1n,
    maxNormSq: 10n ** 12n,
    toleranceBps: 2500,
    minSealedBps: 5000,
    rewardPerRound: 1000n,
    operatorShareBps: 0,
    committee: 0,
    genesisModelRoot: hashOf(0),
    document: hashOf(0),
    ...overrides,
  }
}

export function hashOf(...values: number[]): Hash {
  return toHex(keccak(Uint8Array.from(values.flatMap((value) => [value & 255, (value >> 8) & 255]))))
}

/** Gram matrix of small integer vectors, by definition. */
export function gramOf(vectors: readonly (readonly number[])[]): { size: number; matrix: Float64Array } {
  const size = vectors.length
  const matrix = new Float64Array(size * size)
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) matrix[i * size + j] = vectors[i]!.reduce((sum, value, k) => sum + value * vectors[j]![k]!, 0)
  }
  return { size, matrix }
}

/** Seeded numbers in [-1, 1). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0 || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 31 - 1
  }
}
