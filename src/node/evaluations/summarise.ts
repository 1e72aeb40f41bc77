import type { Address } from '../../protocol/index.ts'

/** The numbers of one member, and how much its stake weighs. */
export interface MemberNumbers {
  member: Address
  stake: bigint
  samples: number
  metrics: Readonly<Record<string, number>>
}

/** One metric over all members that measured it. */
export interface MetricSummary {
  members: number
  /** By stake, which nobody can claim more of than the chain knows. */
  mean: number
  /** What half of the members reach: a liar moves it by one place. */
  median: number
  least: number
  most: number
  /** Standard deviation over members, each counted once. */
  spread: number
}

/**
 * What all members together measured, metric by metric, in the order of their names.
 *
 * @example summarise([{ member, stake: 1n, samples: 10, metrics: { accuracy: 0.9 } }]).get('accuracy')!.mean // 0.9
 */
export function summarise(members: readonly MemberNumbers[]): Map<string, MetricSummary> {
  const names = [...new Set(members.flatMap(({ metrics }) => Object.keys(metrics)))].sort()
  return new Map(
    names.map((name) => [
      name,
      summaryOf(
        members.filter(({ metrics }) => name in metrics),
        name,
      ),
    ]),
  )
}

function summaryOf(members: readonly MemberNumbers[], name: string): MetricSummary {
  const values = members.map(({ metrics }) => metrics[name]!)
  const sorted = values.toSorted((a, b) => a - b)
  const total = members.reduce((sum, { stake }) => sum + Number(stake), 0)
  const weighted = members.reduce((sum, { stake, metrics }) => sum + Number(stake) * metrics[name]!, 0)
  const plain = values.reduce((sum, value) => sum + value, 0) / values.length
  const half = sorted.length / 2
  return {
    members: values.length,
    mean: total > 0 ? weighted / total : plain,
    median: (sorted[Math.floor(half)]! + sorted[Math.ceil(half) - 1]!) / 2,
    least: sorted[0]!,
    most: sorted.at(-1)!,
    spread: Math.sqrt(values.reduce((sum, value) => sum + (value - plain) ** 2, 0) / values.length),
  }
}
