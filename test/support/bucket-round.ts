import { randomBytes } from 'node:crypto'
import { createMaskKey, maskVersion, mostValue, roundKey, versionRoots } from '../../src/masking/index.ts'
import type { BucketPlace } from '../../src/masking/index.ts'
import { lowerHex, paddedLength, toHex, updateRoot, versionAt, versionsRoot } from '../../src/protocol/index.ts'
import type { Address, DrawnBucket, Hash, RoundRecord, TaskSpec } from '../../src/protocol/index.ts'
import type { ClaimInput } from '../../src/replay/index.ts'
import { claimRound } from './claim-round.ts'
import type { ClaimRoundOptions } from './claim-round.ts'

/** What a member of a bucket does: commits to nothing, keeps its row back after the seal, sends any bytes at all, has another stake than its mates, or has the root of another. */
export type BucketFate = 'absent' | 'withheld' | 'spoiled' | 'heavier' | 'copied' | undefined

export interface BucketRoundOptions extends Pick<ClaimRoundOptions, 'rule' | 'terms'> {
  size: 3 | 4
  /** Coordinates before padding. */
  length: number
  /** By member, in slot order; the members of a bucket come one after the other. */
  fates: readonly BucketFate[]
  /** Members that no bucket is left for. */
  alone?: number
  /** Bytes of keys and rows; a generator of its own makes the same round again. */
  random?: (length: number) => Uint8Array
}

export interface BucketRound {
  input: ClaimInput
  buckets: readonly DrawnBucket[]
  /** What each member trained, by member: nobody else ever has it. */
  plain: ReadonlyMap<Address, Int8Array>
}

const ROUND = 9n
const OF = { domain: { chainId: 1, ledger: `0x${'aa'.repeat(20)}` as const }, task: 1n, epoch: 0n }
const WEIGHT = 10n ** 18n

/** A sealed round of a task with buckets, its masks from real keys. Signatures are noise, as in `claimRound`. */
export function bucketRound({
  size,
  length,
  fates,
  alone = 0,
  rule,
  terms,
  random = randomBytes,
}: BucketRoundOptions): BucketRound {
  const count = fates.length + alone
  const most = mostValue(size)
  const padded = paddedLength({ tensors: [{ length }] } as unknown as Pick<TaskSpec, 'tensors'>)
  const rows = Array.from({ length: count }, () =>
    Int8Array.from(random(padded), (value, k) => (k < length ? (value % (2 * most + 1)) - most : 0)),
  )
  const plainRound = claimRound(rows, length, { ...(rule && { rule }), ...(terms && { terms }), round: ROUND })
  const members = plainRound.record.snapshot.members.map((member, i) => ({
    ...member,
    stake: fates[i] === 'heavier' ? 2n * WEIGHT : WEIGHT,
  }))
  const addresses = members.map(({ member }) => lowerHex(member))
  const buckets = Array.from({ length: fates.length / size }, (_, b) => addresses.slice(b * size, (b + 1) * size))
  const places = placesOf(fates.length, size, random)
  const present = addresses.map((_, i) => i).filter((i) => fates[i] !== 'absent')
  const updates = new Map<Hash, Int8Array>()
  const shown = present.map((i) => {
    if (i >= fates.length) return { root: toHex(updateRoot(rows[i]!)), versions: undefined }
    const place = places[i]!
    const absent = absentOf(fates, i, size)
    const row = fates[i] === 'spoiled' ? Int8Array.from(random(padded)) : rows[i]!
    const versions = versionRoots(row, place)
    const bytes = new Int8Array(maskVersion(row, place, absent).buffer)
    updates.set(versions[versionAt(size, place.place, absent)]!, bytes)
    return { root: versionsRoot(versions), versions: size === 4 ? versions : undefined }
  })
  const reveals = present.map((i, row) => (fates[i] === 'copied' ? shown[(row + 1) % present.length]! : shown[row]!))
  const held = present.reduce((bits, i, row) => (fates[i] === 'withheld' ? bits : bits | (1n << BigInt(row))), 0n)
  const record: RoundRecord = {
    ...plainRound.record,
    snapshot: { timepoint: 1, totalStake: members.reduce((sum, { stake }) => sum + stake, 0n), members },
    buckets,
    rows: present.map((i, row) => {
      const { reveal, ...rest } = plainRound.record.rows[i]!
      const { root, versions } = reveals[row]!
      return { ...rest, reveal: { ...reveal!, updateRoot: root, ...(versions && { versions }) } }
    }),
    attestations: present.map((i) => ({ ...plainRound.record.attestations[i]!, held })),
  }
  return {
    input: { ...plainRound, record, updates },
    buckets,
    plain: new Map(addresses.map((address, i) => [address, rows[i]!])),
  }
}

/** The masks of each member with its mates. */
function placesOf(count: number, size: number, random: (length: number) => Uint8Array): BucketPlace[] {
  const keys = Array.from({ length: count }, () => createMaskKey(random(32)))
  return keys.map((key, i) => {
    const [place, first] = [i % size, i - (i % size)]
    const masks = keys
      .slice(first, first + size)
      .map((mate, at) =>
        at === place
          ? undefined
          : { key: roundKey(key.pair(mate.publicKey, OF), ROUND), sign: place < at ? (1 as const) : (-1 as const) },
      )
    return { place, masks }
  })
}

/** Place of the one absent member of a bucket of four that has three rows. */
function absentOf(fates: readonly BucketFate[], i: number, size: number): number | undefined {
  const first = i - (i % size)
  const away = Array.from({ length: size }, (_, at) => at).filter((at) => fates[first + at] === 'absent')
  return size === 4 && away.length === 1 ? away[0] : undefined
}
