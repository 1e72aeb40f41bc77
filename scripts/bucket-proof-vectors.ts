/**
 * Writes test/vectors/bucket-proofs.json: calls of the judge against honest and false claims of rounds in buckets. forge replays them
 * (test/contracts/BucketProofs.t.sol).
 *
 *     node scripts/bucket-proof-vectors.ts [--check]
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createEngine } from '../src/engine/index.ts'
import { TraceKind } from '../src/aggregation/index.ts'
import { reasonArgOf, sumsOf } from '../src/judge/claim-parts.ts'
import {
  buildBucketFieldProof,
  buildBucketGramProof,
  buildBucketNormProof,
  buildBucketRowsProof,
  buildBucketsProof,
  buildBucketSumProof,
  buildBucketTotalProof,
  buildBucketValueProof,
} from '../src/judge/index.ts'
import type { ClaimParts, JudgeProof } from '../src/judge/index.ts'
import { keccak, Reason, toHex, Verdict, word, ZERO_HASH } from '../src/protocol/index.ts'
import type { MemberLeaf } from '../src/protocol/index.ts'
import { claimComputer } from '../src/replay/index.ts'
import { bucketRound } from '../test/support/bucket-round.ts'
import type { BucketRound, BucketRoundOptions } from '../test/support/bucket-round.ts'
import { bucketFile } from '../test/support/judge/bucket-calls.ts'
import type { BucketCall } from '../test/support/judge/bucket-calls.ts'
import { otherHonestProofs, otherLies } from '../test/support/judge/bucket-other-proofs.ts'
import { repeatable } from '../test/support/judge/bucket-cases.ts'

interface Round extends BucketRound {
  parts: ClaimParts
}

await using engine = createEngine({ threads: 0 })
async function roundOf(name: string, options: Omit<BucketRoundOptions, 'random'>, maxNormSq = 2n ** 62n): Promise<Round> {
  const round = bucketRound({ ...options, random: repeatable(name) })
  const spec = { ...round.input.spec, maxNormSq, committee: options.size * 256 + 8 }
  const { parts } = await claimComputer(engine)({ ...round.input, spec })
  return { ...round, parts }
}

const fine = Array<undefined>(4).fill(undefined)
/** One whole bucket, one without a member, one that is void, and two members beside them. */
const fours = await roundOf('fours', {
  size: 4,
  length: 300,
  alone: 2,
  rule: { reference: 2 },
  fates: [...fine, undefined, 'absent', undefined, undefined, undefined, undefined, 'heavier', undefined],
})
const threes = await roundOf('threes', {
  size: 3,
  length: 10_000,
  rule: { reference: 0 },
  fates: Array<undefined>(9).fill(undefined),
})

/** The sum of the second bucket is noise. */
const spoiled = await roundOf('spoiled', { size: 4, length: 300, fates: [...fine, 'spoiled', undefined, undefined, undefined] })
/** All sums are longer than the task admits. */
const long = await roundOf('long', { size: 3, length: 10_000, fates: Array<undefined>(6).fill(undefined) }, 1n)
const rounds = { fours, threes, spoiled, long }
const badChunk = Number(BigInt(spoiled.parts.rows[4]!.reasonArg))
const KINDS = [TraceKind.stakes, TraceKind.weights, TraceKind.scores, TraceKind.verdicts]

const honest: [string, Round, JudgeProof][] = [
  ...[fours, threes].flatMap((round): [string, Round, JudgeProof][] => [
    ['buckets', round, buildBucketsProof(round.parts)],
    ...round.parts.rows.map((_, row): [string, Round, JudgeProof] => ['row', round, buildBucketRowsProof(round.parts, row)]),
    ['sum', round, buildBucketSumProof(round.parts, 1, 0)],
    ['last sum', round, buildBucketSumProof(round.parts, 0, 1)],
  ]),
  ['product of two sums', fours, buildBucketGramProof(fours.parts, 1, 0)],
  ['product with the reference', fours, buildBucketGramProof(fours.parts, 3, 0)],
  ...KINDS.flatMap((kind): [string, Round, JudgeProof][] => [
    [`field ${kind}`, fours, buildBucketFieldProof(fours.parts, kind, 1)],
    [`field ${kind}`, threes, buildBucketFieldProof(threes.parts, kind, 2)],
  ]),
  ...spoiled.parts.rows.map((_, row): [string, Round, JudgeProof] => ['row', spoiled, buildBucketRowsProof(spoiled.parts, row)]),
  ['a fine chunk of an admitted bucket', fours, buildBucketValueProof(fours.parts, 1, 1)],
  ['the lowest bad chunk', spoiled, buildBucketValueProof(spoiled.parts, 1, badChunk)],
  ['a higher bad chunk', spoiled, buildBucketValueProof(spoiled.parts, 1, badChunk + 1)],
  ['a void bucket', fours, buildBucketValueProof(fours.parts, 2, 0)],
  ['a long segment', long, buildBucketNormProof(long.parts, 1, { index: 1, level: 0 })],
  ['the total of a long sum', long, buildBucketNormProof(long.parts, 0, { index: 0, level: 1 })],
  ['the total', fours, buildBucketTotalProof(fours.parts)],
  ...[fours, spoiled].flatMap((round, seed) =>
    otherHonestProofs(round.parts, seed).map(({ name, proof }): [string, Round, JudgeProof] => [name, round, proof]),
  ),
  ['square in the second segment', threes, buildBucketGramProof(threes.parts, 2, 1)],
]

const withRow = ({ parts }: Round, row: number, change: Partial<MemberLeaf>): ClaimParts => ({
  ...parts,
  rows: parts.rows.with(row, { ...parts.rows[row]!, ...change }),
})
const withWords = ({ parts }: Round, change: (words: bigint[]) => bigint[]): ClaimParts => ({
  ...parts,
  trace: parts.trace.with(parts.trace.length - 1, { ...parts.trace.at(-1)!, words: change(parts.trace.at(-1)!.words) }),
})
const refused = { verdict: Verdict.inadmissible, reason: Reason.bucket, beta: 0, score: 0n }
const admitted = { verdict: Verdict.accepted, reason: Reason.none }
const otherHash = (words: Uint8Array[]): Uint8Array[] => words.with(0, keccak(words[0]!))

/** The first rows of a bucket of four with another reason. */
const withReason = (round: Round, bucket: number, change: Partial<MemberLeaf>): ClaimParts => ({
  ...round.parts,
  rows: round.parts.rows.map((row, i) => (Math.floor(i / 4) === bucket ? { ...row, ...change } : row)),
})
/** A sum tree of its own for the first row of a bucket, and the reason that names it. */
const withNorms = ({ parts }: Round, row: number, sums: number[][]): ClaimParts => ({
  ...parts,
  norms: new Map([[row, sums]]),
  rows: parts.rows.with(row, { ...parts.rows[row]!, ...refused, reason: Reason.norm, reasonArg: reasonArgOf(sums) }),
})
const withField = ({ parts }: Round, kind: number, change: (words: bigint[]) => bigint[]): ClaimParts => ({
  ...parts,
  trace: parts.trace.map((leaf) => (leaf.kind === kind ? { ...leaf, words: change(leaf.words) } : leaf)),
})
const [longSums] = [...long.parts.norms.values()]
const square = fours.parts.gram[0]![0]![0]!
const numbered = (chunk: number): Partial<MemberLeaf> => ({
  ...refused,
  reason: Reason.value,
  reasonArg: toHex(word(BigInt(chunk))),
})

const lies: [string, Round, JudgeProof][] = [
  ...otherLies(fours.parts, 1).map(({ name, proof }): [string, Round, JudgeProof] => [name, fours, proof]),
  ['another row is summed', fours, buildBucketsProof(withWords(fours, (words) => words.with(0, words[0]! + 1n)))],
  ['another version is summed', fours, buildBucketsProof(withWords(fours, (words) => words.with(1, words[1]! ^ (1n << 32n))))],
  ['a bucket is left out', fours, buildBucketsProof(withWords(fours, (words) => words.slice(1)))],
  ['a void bucket is summed', fours, buildBucketsProof(withWords(fours, (words) => [...words, words[1]! + 4n]))],
  ['a bucket is summed twice', threes, buildBucketsProof(withWords(threes, (words) => [...words, words[0]!]))],
  ['a row of a whole bucket is refused', fours, buildBucketRowsProof(withRow(fours, 2, refused), 2)],
  ['a row of a bucket of three is refused', fours, buildBucketRowsProof(withRow(fours, 5, refused), 5)],
  ['a row of a void bucket is admitted', fours, buildBucketRowsProof(withRow(fours, 8, admitted), 8)],
  ['a row without a bucket is admitted', fours, buildBucketRowsProof(withRow(fours, 12, admitted), 12)],
  ['a void row has another reason', fours, buildBucketRowsProof(withRow(fours, 8, { reason: Reason.norm }), 8)],
  ['a row has another weight than its mates', threes, buildBucketRowsProof(withRow(threes, 4, { beta: 1 }), 4)],
  ['a row has another score than its mates', threes, buildBucketRowsProof(withRow(threes, 4, { score: 1n }), 4)],
  ...KINDS.map((kind): [string, Round, JudgeProof] => [
    `field ${kind} is another`,
    fours,
    buildBucketFieldProof(
      withField(fours, kind, (words) => words.with(1, words[1]! + 3n)),
      kind,
      1,
    ),
  ]),
  [
    'the trace has a row more than buckets',
    fours,
    buildBucketFieldProof(
      withField(fours, TraceKind.stakes, (words) => [...words, 1n]),
      TraceKind.stakes,
      0,
    ),
  ],
  ['a fine chunk is called bad', fours, buildBucketValueProof(withReason(fours, 0, numbered(1)), 0, 1)],
  ['a chunk past the end is called bad', fours, buildBucketValueProof(withReason(fours, 0, numbered(99)), 0, 0)],
  [
    'a higher chunk is called the first bad one',
    spoiled,
    buildBucketValueProof(withReason(spoiled, 1, numbered(badChunk + 1)), 1, badChunk),
  ],
  [
    'noise is admitted',
    spoiled,
    buildBucketValueProof(withReason(spoiled, 1, { ...admitted, reasonArg: ZERO_HASH }), 1, badChunk),
  ],
  [
    'noise is called long',
    spoiled,
    buildBucketValueProof(withReason(spoiled, 1, { ...refused, reason: Reason.norm }), 1, badChunk),
  ],
  ['a sum within bounds is called long', fours, buildBucketNormProof(withNorms(fours, 0, [[square]]), 0, { index: 0, level: 0 })],
  [
    'squares that do not add up',
    long,
    buildBucketNormProof(
      withNorms(
        long,
        3,
        longSums!.map((sums) => sums.map((sum) => sum + 1)),
      ),
      1,
      { index: 0, level: 0 },
    ),
  ],
  [
    'another square of a segment, added up',
    long,
    buildBucketNormProof(
      withNorms(long, 3, sumsOf([long.parts.norms.get(3)![0]![0]!, long.parts.norms.get(3)![0]![1]! + 1])),
      1,
      { index: 1, level: 0 },
    ),
  ],
  [
    'a sum has another hash',
    fours,
    buildBucketSumProof(
      { ...fours.parts, transition: fours.parts.transition.with(1, otherHash(fours.parts.transition[1]!)) },
      1,
      0,
    ),
  ],
  [
    'the hash of a sum is missing',
    threes,
    buildBucketSumProof(
      { ...threes.parts, transition: threes.parts.transition.with(1, threes.parts.transition[1]!.slice(1)) },
      1,
      0,
    ),
  ],
  [
    'a product is another',
    fours,
    buildBucketGramProof({ ...fours.parts, gram: fours.parts.gram.with(1, [[fours.parts.gram[1]![0]![0]! + 1]]) }, 1, 0),
  ],
]

const all = Object.values(rounds).map((round) => ({ ...round, record: round.input.record }))
const callsOf = (cases: readonly [string, Round, JudgeProof][]): BucketCall[] =>
  cases.map(([name, round, proof]) => ({
    name: `${Object.entries(rounds).find(([, one]) => one === round)![0]}: ${name}`,
    round: Object.values(rounds).indexOf(round),
    proof,
  }))

const path = new URL('../test/vectors/bucket-proofs.json', import.meta.url)
const text = `${JSON.stringify(bucketFile(all, callsOf(honest), callsOf(lies)), null, 1)}\n`
if (!process.argv.includes('--check')) writeFileSync(path, text)
else if (!existsSync(path) || readFileSync(path, 'utf8') !== text) {
  console.error('test/vectors/bucket-proofs.json is stale: run `node scripts/bucket-proof-vectors.ts`')
  process.exit(1)
}
