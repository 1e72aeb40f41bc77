import { describe, expect, it } from 'vitest'
import { BUCKETS_KIND } from '../../src/aggregation/index.ts'
import { createEngine } from '../../src/engine/index.ts'
import { decodeOpening, sealParts } from '../../src/judge/index.ts'
import { claimComputer } from '../../src/replay/index.ts'
import type { ClaimInput, ComputedClaim } from '../../src/replay/index.ts'
import { decodeRecord, encodeRecord, Reason, toHex, updateRoot, Verdict, ZERO_HASH } from '../../src/protocol/index.ts'
import type { MemberLeaf } from '../../src/protocol/index.ts'
import { createRandom } from '../../src/training/index.ts'
import fc from '../support/fast-check.ts'
import { bucketRound } from '../support/bucket-round.ts'
import type { BucketFate, BucketRound } from '../support/bucket-round.ts'

const rounds = fc.record({
  size: fc.constantFrom(3 as const, 4 as const),
  count: fc.integer({ min: 2, max: 5 }),
  length: fc.integer({ min: 200, max: 20_000 }),
  alone: fc.nat(2),
  reference: fc.nat(3),
  seed: fc.nat(),
  fates: fc.array(
    fc.constantFrom<BucketFate>('absent', 'withheld', 'spoiled', 'heavier', 'copied', ...Array<undefined>(20).fill(undefined)),
    { minLength: 20, maxLength: 20 },
  ),
})
type Rounds = typeof rounds extends fc.Arbitrary<infer R> ? R : never

/** Leaf 15 of a trace (docs/aggregation.md §6). */
const FIRST_WEIGHTS = 15

function play({ size, count, length, alone, reference, seed, fates }: Rounds): BucketRound {
  const rule = { reference: reference as 0 | 1 | 2 | 3 }
  const terms = { rewardPerRound: 10n ** 18n, operatorShareBps: 1000 }
  const stream = createRandom('bucket round', seed)
  const random = (bytes: number): Uint8Array => Uint8Array.from({ length: bytes }, () => stream.below(256))
  return bucketRound({ size, length, alone, rule, terms, random, fates: fates.slice(0, count * size) })
}

/** The rows of a bucket in a claim, by member. */
function rowsOf({ rows }: ComputedClaim, bucket: readonly string[]): MemberLeaf[] {
  return rows.filter(({ member }) => bucket.includes(member.toLowerCase()))
}

/** The round as it would be if each bucket were one member that shows the sum of what its members trained: no mask is left in it. */
function plainRound({ input, buckets, plain }: BucketRound, whole: readonly (readonly string[])[]): ClaimInput {
  const { record } = input
  const updates = new Map()
  const sums = whole.map((members) => {
    const parts = members.map((member) => plain.get(member as `0x${string}`)!)
    const sum = Int8Array.from(parts[0]!, (_, k) => parts.reduce((total, part) => total + part[k]!, 0))
    updates.set(toHex(updateRoot(sum)), sum)
    return { members, root: toHex(updateRoot(sum)) }
  })
  const first = sums.map(({ members }) => record.rows.find(({ member }) => member === members[0])!)
  const { buckets: _, ...rest } = record
  const members = record.snapshot.members.flatMap((member) => {
    const sum = sums.find((one) => one.members[0] === member.member)
    return sum ? [{ ...member, stake: member.stake * BigInt(sum.members.length) }] : []
  })
  const all = (1n << BigInt(sums.length)) - 1n
  expect(buckets.length).toBeGreaterThanOrEqual(sums.length)
  return {
    ...input,
    updates,
    record: {
      ...rest,
      snapshot: { ...record.snapshot, members, totalStake: members.reduce((sum, { stake }) => sum + stake, 0n) },
      rows: first.map((row, k) => ({ ...row, reveal: { ...row.reveal!, updateRoot: sums[k]!.root, versions: undefined } })),
      attestations: first.map(({ member }) => ({
        ...record.attestations.find((attestation) => attestation.member === member)!,
        held: all,
      })),
    },
  }
}

/** Whether two rows have the same remainder, so that the order of the draw decides which of them has one unit of weight more, where in the plain round it is their roots. */
function isTie(one: ComputedClaim, other: ComputedClaim): boolean {
  const [a, b] = [one, other].map(({ parts }) => parts.trace.find(({ kind }) => kind === FIRST_WEIGHTS)!.words)
  return a!.join() !== b!.join() && a!.map(String).toSorted().join() === b!.map(String).toSorted().join()
}

describe('the claim of a round in buckets', () => {
  it('is that of a round of the plain sums, whoever is absent', async () => {
    await using engine = createEngine({ threads: 0 })
    await fc.assert(
      fc.asyncProperty(rounds, async (given) => {
        const played = play({ ...given, fates: given.fates.map((fate) => (fate === 'absent' ? fate : undefined)) })
        const { input, buckets } = played
        const present = buckets.map((bucket) => bucket.filter((member) => input.record.rows.some((row) => row.member === member)))
        const whole = present.filter((bucket) => bucket.length >= 3)
        fc.pre(whole.length > 0 && input.record.rows.length > given.fates.length / 4)
        const computed = await claimComputer(engine)(input)
        const plain = await claimComputer(engine)(plainRound(played, whole))
        expect(computed.claim.gramRoot).toBe(plain.claim.gramRoot)
        fc.pre(!isTie(computed, plain))
        expect(computed.claim.transitionRoot).toBe(plain.claim.transitionRoot)
        expect(computed.claim.modelRoot).toBe(plain.claim.modelRoot)
        expect(computed.claim.referenceRoot).toBe(plain.claim.referenceRoot)
        // The trace is that of the plain round and one leaf more.
        expect(computed.parts.trace.slice(0, -1)).toEqual(plain.parts.trace)
        expect(computed.parts.trace.at(-1)).toMatchObject({ kind: BUCKETS_KIND, index: 0 })
        // Members of a bucket share what it earned; rounding takes less than one unit of the score from each.
        for (const [k, bucket] of whole.entries()) {
          const rows = rowsOf(computed, bucket)
          const { verdict, beta, score } = plain.rows[k]!
          expect(rows.map((row) => [row.verdict, row.beta, row.score])).toEqual(
            rows.map(() => [verdict, beta, score / BigInt(bucket.length)]),
          )
        }
        expect(computed.claim.ledgerTotal).toBeLessThanOrEqual(input.spec.rewardPerRound)
        expect(plain.claim.ledgerTotal - computed.claim.ledgerTotal).toBeLessThan(BigInt(4 * computed.rows.length))
      }),
      { numRuns: 25 },
    )
  })

  it('keeps the rows of a bucket that does not add up out, and blames nobody', async () => {
    await using engine = createEngine({ threads: 0 })
    await fc.assert(
      fc.asyncProperty(rounds, async (given) => {
        const { input, buckets } = play(given)
        fc.pre(input.record.rows.length * 2 > input.record.snapshot.members.length)
        const fates = new Map(buckets.flat().map((member, i) => [member, given.fates[i]]))
        const computed = await claimComputer(engine)(input).catch((error: unknown) => {
          // Somebody with a double stake may be too much to lose.
          expect(error).toMatchObject({ code: 'ROUND_UNCERTIFIED' })
        })
        if (!computed) return
        for (const bucket of buckets) {
          const rows = rowsOf(computed, bucket)
          const own = bucket.map((member) => fates.get(member)).filter((fate) => fate !== 'absent')
          const copied = computed.rows.some(
            (one) =>
              rows.includes(one) &&
              computed.rows.some((other) => other !== one && other.updateRoot === one.updateRoot && one.updateRoot !== ZERO_HASH),
          )
          const has = (one: BucketFate): boolean => own.some((fate) => fate === one)
          const equal = own.filter((fate) => fate === 'heavier').length % own.length === 0
          if (own.length < 3 || has('withheld') || copied || !equal) {
            for (const row of rows) {
              expect([Verdict.unavailable, Verdict.inadmissible]).toContain(row.verdict)
              if (row.verdict === Verdict.inadmissible) expect([Reason.copy, Reason.bucket]).toContain(row.reason)
            }
          } else {
            // One verdict and one reason for all of them: noise is refused or judged as the row that it is.
            expect(new Set(rows.map(({ verdict, reason, reasonArg }) => `${verdict} ${reason} ${reasonArg}`)).size).toBe(1)
            expect(rows[0]!.reason).not.toBe(Reason.bucket)
            if (!has('spoiled')) expect(rows[0]!.verdict).toBeGreaterThanOrEqual(Verdict.accepted)
          }
        }
        for (const { member, verdict } of computed.rows)
          if (!fates.has(member.toLowerCase() as `0x${string}`)) expect(verdict).toBe(Verdict.inadmissible)
        for (const leaf of computed.state.ledger.values())
          expect(leaf).toMatchObject({ strikes: 0, reputation: 0, extra: ZERO_HASH })
      }),
      { numRuns: 40 },
    )
  })

  it('needs the shown versions of whole buckets and no other bytes, and its opening opens it', async () => {
    await using engine = createEngine({ threads: 0 })
    const fates: BucketFate[] = [
      'absent',
      undefined,
      undefined,
      undefined,
      'absent',
      'absent',
      undefined,
      undefined,
      ...Array<undefined>(8).fill(undefined),
    ]
    const { input, plain } = bucketRound({ size: 4, length: 5000, fates })
    // Two of the second bucket have a row: they show nothing, and nothing of theirs is asked for.
    const [first, second] = [input.record.rows[3]!, input.record.rows[4]!]
    for (const { reveal } of [first, second])
      for (const version of reveal!.versions!) (input.updates as Map<string, unknown>).delete(version)
    const computed = await claimComputer(engine)(input)
    expect([...computed.files.updates.keys()].toSorted()).toEqual([...input.updates.keys()].toSorted())
    expect(computed.rows.slice(3, 5).map(({ reason }) => reason)).toEqual([Reason.bucket, Reason.bucket])
    const record = decodeRecord(encodeRecord(input.record))
    expect((await claimComputer(engine)({ ...input, record })).claim).toEqual(computed.claim)
    const { task, spec, round, parent, previous, updates } = computed.parts
    const opened = decodeOpening(computed.opening(), {
      task,
      spec,
      round,
      parent,
      previous,
      updates,
      claimHash: computed.claimHash,
    })
    expect(sealParts(opened)).toEqual(computed.claim)
    expect(sealParts(computed.parts)).toEqual(computed.claim)
    // No single row is in what others get.
    const rows = [...plain.values()].map((row) => Buffer.from(row.buffer, row.byteOffset, 512))
    const files = [computed.opening(), ...computed.files.documents.values(), ...input.updates.values()].map((bytes) =>
      Buffer.from(bytes as Uint8Array),
    )
    for (const row of rows) expect(files.some((file) => file.includes(row))).toBe(false)
  })
})
