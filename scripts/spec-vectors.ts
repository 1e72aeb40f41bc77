/**
 * Writes test/vectors/spec-rules.json: specifications with one field at, below or above one of its bounds, and the field
 * for which `checkSpec` refuses each. The contract must say the same.
 *
 *     node scripts/spec-vectors.ts [--check]
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { encodeSpecAbi, paddedLength } from '../src/protocol/spec.ts'
import { SpecBounds } from '../src/protocol/spec-rules.ts'
import type { RuleSpec, TaskSpec, TensorSpec } from '../src/protocol/index.ts'
import { ZERO_HASH } from '../src/protocol/index.ts'
import { referenceRootOf } from '../src/replay/index.ts'
import { refusal, SPEC as base, SPEC_TENSOR as tensor } from '../test/support/spec.ts'

const { rule } = base

interface Case {
  name: string
  spec: TaskSpec
}
/** At both bounds and beside them, as far as the field's type reaches. */
function around({ least, most }: { least: number; most: number }, max: number): number[] {
  return [least - 1, least, most, most + 1].filter((value) => value >= 0 && value <= max)
}
const ofTensor = (field: 'length' | 'eta' | 'shift', max: number): Case[] =>
  around(SpecBounds[field], max).map((value) => ({
    name: `${field} ${value}`,
    spec: { ...base, tensors: [{ ...tensor, [field]: value }] },
  }))
const ofRule = (field: Exclude<keyof RuleSpec, 'rejectBps'>, max: number): Case[] =>
  around(SpecBounds[field], max).map((value) => ({
    name: `rule.${field} ${value}`,
    spec: { ...base, toleranceBps: 3332, rule: { ...rule, [field]: value } },
  }))
const many = (count: number, length: number): TensorSpec[] => Array.from({ length: count }, () => ({ ...tensor, length }))

const cases: Case[] = [
  { name: 'a common task', spec: base },
  { name: 'no tensors', spec: { ...base, tensors: [] } },
  { name: 'a vector of 2^30', spec: { ...base, tensors: many(4, 2 ** 28) } },
  { name: 'a vector of 2^30 and one segment', spec: { ...base, tensors: [...many(4, 2 ** 28), tensor] } },
  { name: 'as many tensors as may be', spec: { ...base, tensors: many(SpecBounds.tensors.most, 1) } },
  { name: 'one tensor more', spec: { ...base, tensors: many(SpecBounds.tensors.most + 1, 1) } },
  {
    name: 'a vector of 2^30 with padding inside',
    spec: { ...base, tensors: many(2, 2 ** 29).with(0, { ...tensor, length: 2 ** 29 - 1 }) },
  },
  ...ofTensor('length', 2 ** 32 - 1),
  ...ofTensor('eta', 2 ** 32 - 1),
  ...ofTensor('shift', 255),
  ...ofRule('rule', 255),
  ...ofRule('byzantineBps', 65_535),
  ...ofRule('iterations', 255),
  ...ofRule('capQ16', 2 ** 32 - 1),
  ...ofRule('reference', 255),
  ...ofRule('referenceDecay', 65_535),
  ...ofRule('referenceGain', 255),
  { name: 'the mean, told of no Byzantine member', spec: { ...base, rule: { ...rule, rule: 0, byzantineBps: 0 } } },
  { name: 'the mean, told of Byzantine members', spec: { ...base, rule: { ...rule, rule: 0, byzantineBps: 1 } } },
  ...[1, 32 * 256 - 1, 32 * 256 + 1, 3 * 8192, 5 * 8192 + 1, 31 * 8192].map((length) => ({
    name: `a reference of ${length}`,
    spec: { ...base, tensors: [{ ...tensor, length }] },
  })),
  { name: 'no reference', spec: { ...base, rule: { ...rule, reference: 0 } } },
  { name: 'norm bounds that cross', spec: { ...base, minNormSq: 10n, maxNormSq: 9n } },
  { name: 'one norm', spec: { ...base, minNormSq: 10n, maxNormSq: 10n } },
  { name: 'a norm of zero', spec: { ...base, minNormSq: 0n } },
  { name: 'a rule beyond the tolerance', spec: { ...base, rule: { ...rule, byzantineBps: 2501 } } },
  ...around(SpecBounds.toleranceBps, 65_535).map((value) => ({
    name: `toleranceBps ${value}`,
    spec: { ...base, toleranceBps: value },
  })),
  ...around(SpecBounds.minSealedBps, 65_535).map((value) => ({
    name: `minSealedBps ${value}`,
    spec: { ...base, minSealedBps: value },
  })),
  ...around(SpecBounds.operatorShareBps, 65_535).map((value) => ({
    name: `operatorShareBps ${value}`,
    spec: { ...base, operatorShareBps: value },
  })),
  ...around(SpecBounds.committee, 65_535).map((value) => ({
    name: `committee ${value}`,
    spec: { ...base, committee: value },
  })),
  { name: 'the largest reward', spec: { ...base, rewardPerRound: SpecBounds.rewardPerRound.most } },
  { name: 'more than the largest reward', spec: { ...base, rewardPerRound: SpecBounds.rewardPerRound.most + 1n } },
]

/** Vectors up to this length are hashed here. */
const MOST = 2 ** 20

const rows = cases.map(({ name, spec }) => {
  const refused = refusal(spec)
  const hashed = refused === '' && paddedLength(spec) <= MOST
  const reference = spec.rule.reference === 0 ? null : new Int8Array(hashed ? paddedLength(spec) : 0)
  return { name, refused, spec: encodeSpecAbi(spec), referenceRoot: hashed ? referenceRootOf(reference) : ZERO_HASH, hashed }
})
const path = new URL('../test/vectors/spec-rules.json', import.meta.url)
const text = `${JSON.stringify({ count: rows.length, cases: rows })}\n`
if (!process.argv.includes('--check')) writeFileSync(path, text)
else if (!existsSync(path) || readFileSync(path, 'utf8') !== text) {
  console.error('test/vectors/spec-rules.json is stale: run `node scripts/spec-vectors.ts`')
  process.exit(1)
}
