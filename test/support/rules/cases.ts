import * as fc from '../fast-check.ts'
import { ReferenceId, SEGMENT } from '../../../src/protocol/types.ts'
import type { LabInput, LabOutput, LabRule } from '../../../src/aggregation/index.ts'
import { gramOf, hashOf, RULE } from '../../unit/aggregation/fixtures.ts'

/** A round of the lab in few dimensions. */
export interface LabCase {
  vectors: number[][]
  stakes: bigint[]
  byzantineBps: number
  iterations: number
  reference: number[]
}

export const DIMENSIONS = 3

// Few values: equal vectors, equal distances and zero vectors turn up often.
const vector = fc.oneof(
  fc.array(fc.integer({ min: -2, max: 2 }), { minLength: DIMENSIONS, maxLength: DIMENSIONS }),
  fc.array(fc.integer({ min: -127, max: 127 }), { minLength: DIMENSIONS, maxLength: DIMENSIONS }),
)
const stake = fc.oneof(fc.bigInt({ min: 1n, max: 8n }), fc.bigInt({ min: 1n, max: 10n ** 24n }))

export const labCases: fc.Arbitrary<LabCase> = fc.integer({ min: 1, max: 8 }).chain((n) =>
  fc.record({
    vectors: fc.array(vector, { minLength: n, maxLength: n }),
    stakes: fc.array(stake, { minLength: n, maxLength: n }),
    byzantineBps: fc.constantFrom(0, 1000, 2500, 3333, 4000),
    iterations: fc.integer({ min: 0, max: 8 }),
    reference: vector,
  }),
)

const REFERENCES = { none: ReferenceId.none, past: ReferenceId.past, root: ReferenceId.past, last: ReferenceId.novelty } as const

/** The case as a rule sees it; a rule with a public row gets one. `names` stand for the content hashes. */
export function labInput(
  rule: Pick<LabRule, 'publicRow'>,
  { vectors, stakes, reference, ...spec }: LabCase,
  names = vectors.map((_, i) => i),
): LabInput {
  const hasReference = rule.publicRow !== 'none'
  return {
    gram: gramOf(hasReference ? [...vectors, reference] : vectors),
    stakes,
    tieBreak: names.map((name) => hashOf(name)),
    hasReference,
    spec: { ...RULE, ...spec, reference: REFERENCES[rule.publicRow] },
    coordinates: 1000,
    updates: vectors.map((values) => Int8Array.from(values)),
  }
}

/** S in 1/65536 by coordinate: as the rule gives it, or from its weights. */
export function sumOf(output: LabOutput, vectors: readonly (readonly number[])[]): number[] {
  if (output.sum) return [...output.sum]
  return vectors[0]!.map((_, k) => vectors.reduce((total, row, i) => total + output.weights[i]! * row[k]!, 0))
}

/** Rows of one segment of ±127 for the overflow tests. */
export function extremeRows(count: number): Int8Array[] {
  return Array.from({ length: count }, (_, i) => new Int8Array(SEGMENT).fill(i % 3 === 0 ? -127 : 127))
}
