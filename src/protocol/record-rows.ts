import { shownRoots } from './buckets/round-buckets.ts'
import type { RecordFacts, RoundRecord } from './record.ts'
import { attestedWeight, holdingWeight, isAvailable, isCertified, reachesFloor, sealedWeight } from './thresholds.ts'
import type { AttestedRow } from './thresholds.ts'
import type { Hash } from './types.ts'

/**
 * What a round lacks for any claim: sealed weight, attestations, or the reveal of an update that members hold. A claim over such a
 * record is false, so an operator posts none and lets the round lapse.
 */
export function certificateFaults(record: RoundRecord, spec: RecordFacts['spec']): string[] {
  const { rows, snapshot } = record
  const attested = attestedRows(record)
  const [weight, certified] = [sealedWeight(attested), attestedWeight(attested)]
  const faults: string[] = []
  const share = (part: bigint, whole: bigint): string => `${whole > 0n ? Number((part * 1000n) / whole) / 10 : 0} %`
  if (!reachesFloor(weight, snapshot.totalStake, spec))
    faults.push(`${share(weight, snapshot.totalStake)} of the stake is sealed, less than the task's ${spec.minSealedBps / 100} %`)
  if (!isCertified(certified, weight, spec))
    faults.push(`members with ${share(certified, weight)} of the sealed weight attest, not more than ${spec.toleranceBps / 50} %`)
  rows.forEach((row, index) => {
    if (!row.reveal && isAvailable(holdingWeight(attested, index), weight, spec))
      faults.push(`members hold the update of ${row.member}, and the record has no reveal of it`)
  })
  return faults
}

/** Weight and attestation of each row, in order. */
export function attestedRows({ rows, attestations, snapshot }: RoundRecord): AttestedRow[] {
  const stakes = new Map(snapshot.members.map((member) => [member.member, member.stake]))
  const held = new Map(attestations.map((attestation) => [attestation.member, attestation.held]))
  return rows.map(({ member }) => ({ weight: stakes.get(member) ?? 0n, held: held.get(member) }))
}

/**
 * Roots of the updates that a claim is computed from, by row; undefined where it needs none. These are the available ones (docs/protocol.md §8), and in buckets the shown versions of
 * those that add up.
 */
export function availableRoots(record: RoundRecord, spec: RecordFacts['spec']): (Hash | undefined)[] {
  const available = committedRoots(record, spec)
  return record.buckets ? shownRoots(record, available) : available
}

/** What the members of available rows committed to, by row; undefined where a row is unavailable. */
export function committedRoots(record: RoundRecord, spec: RecordFacts['spec']): (Hash | undefined)[] {
  const attested = attestedRows(record)
  const weight = sealedWeight(attested)
  return record.rows.map((row, index) =>
    isAvailable(holdingWeight(attested, index), weight, spec) ? row.reveal?.updateRoot : undefined,
  )
}
