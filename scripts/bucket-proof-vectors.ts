/**
 * Writes test/vectors/bucket-proofs.json: calls of the BucketProofs against honest and false claims of rounds in buckets. forge replays them
 * (test/contracts/BucketProofs.t.sol). Needs the compiled contracts (`node scripts/forge.ts build`).
 *
 *     node scripts/bucket-proof-vectors.ts [--check]
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { encodeFunctionData } from 'viem'
import type { Abi } from 'viem'
import { createEngine } from '../src/engine/index.ts'
import type { ClaimParts } from '../src/judge/index.ts'
import { keccak, Reason, Verdict } from '../src/protocol/index.ts'
import type { MemberLeaf } from '../src/protocol/index.ts'
import { claimComputer } from '../src/replay/index.ts'
import { bucketRound } from '../test/support/bucket-round.ts'
import type { BucketRound, BucketRoundOptions } from '../test/support/bucket-round.ts'
import {
  buildBucketGramProof,
  buildBucketRowsProof,
  buildBucketsProof,
  buildBucketSumProof,
} from '../test/support/judge/bucket-proofs.ts'
import type { BucketProof } from '../test/support/judge/bucket-proofs.ts'

const artifact = new URL('../out/BucketProofs.sol/BucketProofs.json', import.meta.url)
const { abi } = JSON.parse(readFileSync(artifact, 'utf8')) as { abi: Abi }

interface Round extends BucketRound {
  parts: ClaimParts
}

/** Bytes that are the same in every run. */
function repeatable(name: string): (length: number) => Uint8Array {
  let count = 0
  return (length) => {
    const bytes = new Uint8Array(Math.ceil(length / 32) * 32)
    for (let at = 0; at < length; at += 32) bytes.set(keccak(new TextEncoder().encode(`${name} ${count++}`)), at)
    return bytes.subarray(0, length)
  }
}

await using engine = createEngine({ threads: 0 })
async function roundOf(name: string, options: Omit<BucketRoundOptions, 'random'>): Promise<Round> {
  const round = bucketRound({ ...options, random: repeatable(name) })
  const spec = { ...round.input.spec, committee: options.size * 256 + 8 }
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

const honest: [string, Round, BucketProof][] = [
  ...[fours, threes].flatMap((round): [string, Round, BucketProof][] => [
    ['buckets', round, buildBucketsProof(round.parts)],
    ...round.parts.rows.map((_, row): [string, Round, BucketProof] => ['row', round, buildBucketRowsProof(round.parts, row)]),
    ['sum', round, buildBucketSumProof(round.parts, round.input.record, 1, 0)],
    ['last sum', round, buildBucketSumProof(round.parts, round.input.record, 0, 1)],
  ]),
  ['product of two sums', fours, buildBucketGramProof(fours.parts, fours.input.record, 1, 0)],
  ['product with the reference', fours, buildBucketGramProof(fours.parts, fours.input.record, 3, 0)],
  ['square in the second segment', threes, buildBucketGramProof(threes.parts, threes.input.record, 2, 1)],
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

const lies: [string, Round, BucketProof][] = [
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
  [
    'a sum has another hash',
    fours,
    buildBucketSumProof(
      { ...fours.parts, transition: fours.parts.transition.with(1, otherHash(fours.parts.transition[1]!)) },
      fours.input.record,
      1,
      0,
    ),
  ],
  [
    'the hash of a sum is missing',
    threes,
    buildBucketSumProof(
      { ...threes.parts, transition: threes.parts.transition.with(1, threes.parts.transition[1]!.slice(1)) },
      threes.input.record,
      1,
      0,
    ),
  ],
  [
    'a product is another',
    fours,
    buildBucketGramProof(
      { ...fours.parts, gram: fours.parts.gram.with(1, [[fours.parts.gram[1]![0]![0]! + 1]]) },
      fours.input.record,
      1,
      0,
    ),
  ],
]

const slotsOf = ({ buckets, input: { record } }: Round): string[] =>
  buckets.map((bucket) => {
    const slots = bucket.map((member) => record.snapshot.members.find((one) => one.member === member)!.slot)
    return `${slots.reduce((word, slot, k) => word | (BigInt(slot) << BigInt(16 * k)), 0n)}`
  })
const encode = (cases: readonly [string, Round, BucketProof][]): { name: string; round: number; data: string }[] =>
  cases.map(([name, round, proof]) => ({
    name: `${round === fours ? 'fours' : 'threes'}: ${name}`,
    round: round === fours ? 0 : 1,
    data: encodeFunctionData({ abi, functionName: proof.functionName, args: proof.args }),
  }))

const path = new URL('../test/vectors/bucket-proofs.json', import.meta.url)
const rounds = [fours, threes].map((round) => ({ buckets: slotsOf(round) }))
const text = `${JSON.stringify({ rounds, honest: encode(honest), lies: encode(lies) }, null, 1)}\n`
if (!process.argv.includes('--check')) writeFileSync(path, text)
else if (!existsSync(path) || readFileSync(path, 'utf8') !== text) {
  console.error('test/vectors/bucket-proofs.json is stale: run `node scripts/bucket-proof-vectors.ts`')
  process.exit(1)
}
