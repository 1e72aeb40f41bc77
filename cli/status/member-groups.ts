import { agnes } from 'ml-hclust'
import type { Address } from '../../src/protocol/index.ts'
import { lowerHex } from '../../src/protocol/index.ts'
import type { RoundCosines } from '../../src/replay/index.ts'

/** Members whose updates point the same way. */
export interface MemberGroup {
  members: Address[]
  /** Mean cosine of two of them; null for one member. */
  within: number | null
  /** Mean cosine of one of them with one of the others; null where there are no others. */
  across: number | null
  /** Whether the group stands apart from the others. */
  apart: boolean
}

export interface MemberGroups {
  /** Rounds that were looked at, oldest first. */
  rounds: bigint[]
  /** Largest first. */
  groups: MemberGroup[]
}

/** Distance at which groups are joined no more: 1 − cosine, for a mean cosine of 0. */
const JOIN = 1
/** How much more alike than others members of a group are that stands apart. Members with data alike differ by a few hundredths between seeds. */
const APART = 0.2

/**
 * Groups members by the mean cosine of their updates over rounds: average linkage (UPGMA), joined while the updates of two groups point the same way on average. It tells
 * what is public, and decides nothing.
 *
 * @example memberGroups([await cosinesFromEvidence(folder, { task, specHash, claims, round })]).groups
 */
export function memberGroups(rounds: readonly RoundCosines[]): MemberGroups {
  const { members, mean } = meanCosines(rounds)
  const numbers = rounds.map(({ round }) => round)
  if (members.length < 3) return { rounds: numbers, groups: [] }
  const distances = mean.map((row, i) => row.map((cosine, j) => (i === j ? 0 : 1 - cosine)))
  const tree = agnes(distances, { isDistanceMatrix: true, method: 'average' })
  const parts = tree.cut(JOIN).map((part) => part.indices().sort((a, b) => a - b))
  const all = [...members.keys()]
  const average = (some: readonly number[], others: readonly number[]): number | null => {
    const pairs = some.flatMap((i) => others.filter((j) => j !== i).map((j) => mean[i]![j]!))
    return pairs.length === 0 ? null : pairs.reduce((sum, value) => sum + value, 0) / pairs.length
  }
  const largest = Math.max(...parts.map(({ length }) => length))
  const main = 2 * largest > members.length ? parts.find(({ length }) => length === largest) : undefined
  const usual = main ? average(main, main) : null
  const groups = parts
    .map((part): MemberGroup => {
      const within = average(part, part)
      const across = average(
        part,
        all.filter((one) => !part.includes(one)),
      )
      // One member has nobody to be like: it stands apart where the others are that much more alike than it is with them.
      const alike = part.length === 1 ? usual : within
      const apart = part !== main && alike !== null && across !== null && alike - across >= APART
      return { members: part.map((one) => members[one]!), within, across, apart }
    })
    .sort((a, b) => b.members.length - a.members.length)
  return { rounds: numbers, groups }
}

/** Mean cosine of each pair over the rounds that both were in; 0 for a pair that never met. */
function meanCosines(rounds: readonly RoundCosines[]): { members: Address[]; mean: number[][] } {
  const members = [...new Set(rounds.flatMap((one) => one.members.map(lowerHex)))].sort()
  const sums = members.map(() => members.map(() => ({ sum: 0, count: 0 })))
  for (const { members: present, cosines } of rounds) {
    const places = present.map((member) => members.indexOf(lowerHex(member)))
    for (const [i, a] of places.entries())
      for (const [j, b] of places.entries()) {
        const cell = sums[a]![b]!
        cell.sum += cosines[i]![j]!
        cell.count++
      }
  }
  return { members, mean: sums.map((row) => row.map(({ sum, count }) => (count === 0 ? 0 : sum / count))) }
}
