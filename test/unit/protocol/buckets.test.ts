import { privateKeyToAccount } from 'viem/accounts'
import { describe, expect, it } from 'vitest'
import {
  bucketTerms,
  checkRecord,
  checkSpec,
  commitmentOf,
  commitmentsHash,
  epochOf,
  sealedBuckets,
  signStatement,
  versionAt,
  versionCount,
  versionsRoot,
  viaSignature,
} from '../../../src/protocol/index.ts'
import type { Address, Hash, RecordFacts, RoundRecord } from '../../../src/protocol/index.ts'
import { taskSpec, hashOf } from '../aggregation/fixtures.ts'

const member = (n: number): Address => `0x${n.toString(16).padStart(40, '0')}`

describe('the terms of a task with buckets', () => {
  it('share a field with the committee', () => {
    expect(bucketTerms({ committee: 0 })).toBeUndefined()
    expect(bucketTerms({ committee: 80 })).toBeUndefined()
    expect(bucketTerms({ committee: 3 * 256 + 8 })).toEqual({ size: 3, epoch: 8 })
    expect(bucketTerms({ committee: 4 * 256 + 255 })).toEqual({ size: 4, epoch: 255 })
  })

  it('are refused as long as no node plays them', () => {
    expect(() => checkSpec(taskSpec({ committee: 4 * 256 + 32 }))).toThrow(
      expect.objectContaining({ code: 'SPEC_OUT_OF_BOUNDS' }),
    )
  })

  it('keep buckets for a number of round numbers', () => {
    expect([1n, 32n, 33n, 64n, 65n].map((round) => epochOf(round, { epoch: 32 }))).toEqual([0n, 0n, 1n, 1n, 2n])
  })
})

describe('the versions of a row', () => {
  it('are one for a bucket of three, and one for each place in a bucket of four', () => {
    expect([versionCount(3), versionCount(4)]).toEqual([1, 4])
    expect(versionAt(3, 2, undefined)).toBe(0)
    for (const place of [0, 1, 2, 3]) {
      const shown = [undefined, 0, 1, 2, 3].filter((absent) => absent !== place).map((absent) => versionAt(4, place, absent))
      expect(new Set(shown)).toEqual(new Set([0, 1, 2, 3]))
    }
  })

  it('are bound by one root, which for one version is its own', () => {
    const versions = [hashOf(1), hashOf(2), hashOf(3), hashOf(4)]
    expect(versionsRoot([versions[0]!])).toBe(versions[0])
    expect(new Set(versions.map((_, k) => versionsRoot(versions.with(k, hashOf(9))))).has(versionsRoot(versions))).toBe(false)
    expect(versionsRoot(versions.toReversed())).not.toBe(versionsRoot(versions))
  })
})

describe('a bucket adds up', () => {
  const bucket = [member(1), member(2), member(3), member(4)]
  const rows = bucket.map((owner, k) => ({ member: owner, weight: 5n, updateRoot: hashOf(k + 1) as Hash | null }))

  it.each([
    ['with all of its members', rows, [{ rows: [0, 1, 2, 3], absent: undefined }]],
    ['without one', rows.toSpliced(1, 1), [{ rows: [0, 1, 2], absent: 1 }]],
    ['never of two rows', rows.slice(2), []],
    ['unless a row is not available', rows.with(2, { ...rows[2]!, updateRoot: null }), []],
    ['unless stakes differ', rows.with(0, { ...rows[0]!, weight: 6n }), []],
    ['unless two rows are one', rows.with(0, { ...rows[0]!, updateRoot: hashOf(2) }), []],
    ['unless a row is that of somebody else', [...rows, { member: member(5), weight: 5n, updateRoot: hashOf(4) }], []],
  ])('%s', (_, given, expected) => {
    expect(sealedBuckets(given, [bucket]).filter(({ whole }) => whole)).toMatchObject(expected)
  })

  it('of three members only if all have a row', () => {
    expect(sealedBuckets(rows, [bucket.slice(0, 3)])).toEqual([
      { rows: [0, 1, 2], places: [0, 1, 2], absent: undefined, size: 3, shown: true, whole: true },
    ])
    expect(sealedBuckets(rows.slice(1), [bucket.slice(0, 3)])).toEqual([
      { rows: [0, 1], places: [1, 2], absent: 0, size: 3, shown: false, whole: false },
    ])
  })
})

describe('the record of a round in buckets', () => {
  const DOMAIN = { chainId: 1, ledger: member(99) }
  const keys = [1, 2, 3, 4].map((n) => privateKeyToAccount(`0x${n.toString(16).padStart(64, '1')}`))
  const owners = keys.map((_, k) => member(k + 1))
  const versions = owners.map((_, k) => [0, 1, 2, 3].map((v) => hashOf(k, v)))

  async function round(): Promise<{ record: RoundRecord; facts: RecordFacts }> {
    const [task, number, salt] = [1n, 9n, hashOf(77)]
    const members = owners.map((owner, slot) => ({
      member: owner,
      operatorKey: keys[slot]!.address.toLowerCase() as Address,
      slot,
      stake: 5n,
    }))
    const rows = await Promise.all(
      owners.map(async (owner, k) => {
        const updateRoot = versionsRoot(versions[k]!)
        const commitment = commitmentOf(task, number, owner, updateRoot, salt)
        const body = { task, round: number, member: owner }
        const reveal = { updateRoot, salt, versions: versions[k]! }
        return {
          member: owner,
          commitment,
          source: viaSignature(await signStatement(DOMAIN, 'Commitment', { ...body, commitment }, keys[k]!)),
          reveal: { ...reveal, signature: await signStatement(DOMAIN, 'Reveal', { ...body, updateRoot, salt }, keys[k]!) },
        }
      }),
    )
    const commitments = commitmentsHash(rows)
    const attestations = await Promise.all(
      owners.map(async (owner, k) => ({
        member: owner,
        held: 15n,
        signature: await signStatement(
          DOMAIN,
          'Attestation',
          { task, round: number, member: owner, commitments, held: 15n },
          keys[k]!,
        ),
      })),
    )
    const seat = { operator: member(50), operatorKey: member(51), slot: 9 }
    const shared = { task, round: number, base: hashOf(3), buckets: [owners] }
    const snapshot = { timepoint: 4, totalStake: 20n, members }
    return {
      record: { ...shared, version: 2, ...DOMAIN, snapshot, seal: seat, rows, attestations },
      facts: {
        ...shared,
        domain: DOMAIN,
        timepoint: 4,
        totalStake: 20n,
        members,
        seal: { ...seat, digest: commitments, count: 4 },
        forced: new Map(),
        spec: taskSpec(),
      },
    }
  }

  it('has the buckets of the chain, and versions that lead to what was committed', async () => {
    const { record, facts } = await round()
    expect(await checkRecord(record, facts)).toEqual([])
    const { buckets: drawn, ...without } = record
    const differs = 'its buckets differ from the chain'
    expect(await checkRecord(without, facts)).toContain(differs)
    expect(await checkRecord({ ...record, buckets: [drawn![0]!.toReversed()] }, facts)).toContain(differs)
    expect(await checkRecord({ ...record, buckets: [] }, { ...facts, buckets: undefined })).toContain(differs)
    const reveals = (change: (versions: Hash[]) => Hash[] | undefined): RoundRecord => ({
      ...record,
      rows: record.rows.map((row, k) =>
        k === 2 ? { ...row, reveal: { ...row.reveal!, versions: change(row.reveal!.versions!) } } : row,
      ),
    })
    const other = [`the versions that ${owners[2]} revealed are not those that it committed to`]
    expect(
      await checkRecord(
        reveals((given) => given.toReversed()),
        facts,
      ),
    ).toEqual(other)
    expect(
      await checkRecord(
        reveals(() => undefined),
        facts,
      ),
    ).toEqual(other)
  })
})
