import { lowerHex } from '../bytes.ts'
import { bucketTerms } from '../buckets/bucket-terms.ts'
import { sealedBuckets } from '../buckets/form-buckets.ts'
import { versionAt } from '../buckets/versions.ts'
import type { Address, Hash } from '../types.ts'
import type { RoundPlan, RoundState } from './state.ts'

/** Whether the members of the round share buckets. */
export function inBucket({ spec }: Pick<RoundPlan, 'spec'>): boolean {
  return bucketTerms(spec) !== undefined
}

/** Whether a member may have a row: in a task with buckets, only one that shares a bucket may. */
export function mayHaveRow({ spec, buckets = [] }: Pick<RoundPlan, 'spec' | 'buckets'>, member: Address): boolean {
  return !inBucket({ spec }) || buckets.some((bucket) => bucket.includes(lowerHex(member)))
}

/**
 * What stands for each sealed row in the store of whoever holds it: the root of its bytes, null for a row that its member shows to nobody, undefined while that is unknown.
 *
 * In a task with buckets a member shows the one version of its row that the seal names, where at least three of its bucket are sealed and have the same stake. This is fixed by seal and draw:
 * whether a sum comes of it, attestations decide later.
 */
export function shownRows({ plan, seal, reveals }: Pick<RoundState, 'plan' | 'seal' | 'reveals'>): (Hash | null | undefined)[] {
  if (!seal) return []
  if (!inBucket(plan)) return seal.rows.map(({ member }) => reveals.get(member)?.updateRoot)
  const versions = versionsToShow({ plan, seal })
  return seal.rows.map(({ member }) => {
    const reveal = reveals.get(member)
    const version = versions.get(member)
    if (!reveal) return undefined
    return version === undefined ? null : ((reveal.versions ?? [reveal.updateRoot])[version] ?? null)
  })
}

/** The version that each member shows, by member; none for a member that shows nothing. */
export function versionsToShow({ plan, seal }: Pick<RoundState, 'plan' | 'seal'>): ReadonlyMap<Address, number> {
  const stakes = new Map(plan.members.map(({ member, stake }) => [lowerHex(member), stake]))
  const rows = (seal?.rows ?? []).map(({ member }) => ({ member, weight: stakes.get(member) ?? 0n, updateRoot: null }))
  return new Map(
    sealedBuckets(rows, plan.buckets ?? [])
      .filter(({ shown }) => shown)
      .flatMap(({ rows: sealed, places, absent, size }) =>
        sealed.map((row, k) => [rows[row]!.member, versionAt(size, places[k]!, absent)] as const),
      ),
  )
}
