import { BUCKETS_KIND } from '../../../src/aggregation/index.ts'
import { reasonArgOf, sumsOf } from '../../../src/judge/claim-parts.ts'
import { summedBuckets } from '../../../src/judge/index.ts'
import type { ClaimParts } from '../../../src/judge/index.ts'
import { keccak, Reason, toHex, Verdict, word, ZERO_HASH } from '../../../src/protocol/index.ts'
import type { MemberLeaf } from '../../../src/protocol/index.ts'
import { randomOf } from './random-round.ts'

/** A claim as a liar would post it. */
export interface BucketLie {
  name: string
  posted: ClaimParts
}

const REFUSED = { verdict: Verdict.inadmissible, beta: 0, score: 0n }

/** One lie of each kind that the round has room for. */
export function bucketLies(parts: ClaimParts, seed: number): BucketLie[] {
  const random = randomOf(seed)
  const lies: BucketLie[] = []
  const add = (name: string, changes: Partial<ClaimParts>): void => void lies.push({ name, posted: { ...parts, ...changes } })
  const withRows = (rows: readonly number[], change: Partial<MemberLeaf>): ClaimParts['rows'] =>
    parts.rows.map((row, i) => (rows.includes(i) ? { ...row, ...change } : row))
  for (const [row, { reason, verdict }] of parts.rows.entries()) {
    if (reason === Reason.bucket)
      add(`void row ${row} is admitted`, { rows: withRows([row], { verdict: Verdict.accepted, reason: Reason.none }) })
    else if (verdict >= Verdict.inadmissible && reason !== Reason.copy)
      add(`row ${row} of a sum is void`, { rows: withRows([row], { ...REFUSED, reason: Reason.bucket, reasonArg: ZERO_HASH }) })
  }
  for (const [place, bucket] of parts.buckets!.entries()) {
    if (!bucket.whole) continue
    const { rows } = bucket
    const { reason, reasonArg, verdict } = parts.rows[rows[0]!]!
    const chunk = reason === Reason.value ? Number(BigInt(reasonArg)) : undefined
    const bad = (argument: number): Partial<MemberLeaf> => ({
      ...REFUSED,
      reason: Reason.value,
      reasonArg: toHex(word(BigInt(argument))),
    })
    if (chunk === undefined) add(`bucket ${place} is called bad`, { rows: withRows(rows, bad(random(parts.transition.length))) })
    else add(`bucket ${place} has a later bad chunk`, { rows: withRows(rows, bad(chunk + 1)) })
    if (reason === Reason.none) {
      const norms = sumsOf(Array.from({ length: parts.gram[0]![0]!.length }, () => 1 + random(1000)))
      const called = { ...REFUSED, reason: Reason.norm, reasonArg: reasonArgOf(norms) }
      add(`bucket ${place} is called long`, { rows: withRows(rows, called), norms: new Map(rows.map((row) => [row, norms])) })
    }
    if (verdict !== Verdict.accepted && verdict !== Verdict.downweighted) continue
    add(`rows of bucket ${place} have another weight`, { rows: withRows(rows, { beta: parts.rows[rows[0]!]!.beta + 1 }) })
    add(`rows of bucket ${place} have another score`, { rows: withRows(rows, { score: parts.rows[rows[0]!]!.score + 1n }) })
    add(`a row of bucket ${place} has another score`, { rows: withRows([rows[1]!], { score: 7n + parts.rows[rows[1]!]!.score }) })
  }
  add('the total', { ledgerTotal: parts.ledgerTotal + 1n })
  if (summedBuckets(parts).length === 0) return lies
  for (const [place, { kind, index, words }] of parts.trace.entries()) {
    if (random(3) > 0 && kind !== BUCKETS_KIND && place > 0) continue
    const at = random(words.length)
    const trace = parts.trace.with(place, { kind, index, words: words.with(at, words[at]! + 1n) })
    add(`trace leaf ${kind} ${index}`, { trace })
  }
  const [pair, segment, chunk] = [random(parts.gram.length), random(parts.gram[0]![0]!.length), random(parts.transition.length)]
  const sums = parts.gram[pair]![0]!
  add('a product', { gram: parts.gram.with(pair, sumsOf(sums.with(segment, sums[segment]! + 1))) })
  const words = parts.transition[chunk]!
  const changed = (at: number): Uint8Array[][] => parts.transition.with(chunk, words.with(at, keccak(words[at]!)))
  if (words.length > 4) add('the hash of a sum', { transition: changed(random(words.length - 4)) })
  add('a new chunk of the model', { transition: changed(words.length - 3) })
  for (const [slot, leaf] of parts.ledger) {
    if (random(4) > 0) continue
    add('a reward', { ledger: new Map([...parts.ledger, [slot, { ...leaf, reward: leaf.reward + 1n }]]) })
    add('a strike', { ledger: new Map([...parts.ledger, [slot, { ...leaf, strikes: 256 }]]) })
  }
  return lies
}
