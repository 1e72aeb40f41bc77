import type { Logger, Service } from '../../core/index.ts'
import { bucketTerms, drawnCommittee } from '../../protocol/index.ts'
import type { Address, TaskSpec } from '../../protocol/index.ts'
import type { ClaimHistory } from '../../replay/index.ts'
import type { RoundDuties } from '../duties/duty.ts'
import type { NodeEvents } from '../events/index.ts'
import { EpochWatch } from './epoch-watch.ts'
import { SeedWatch } from './seed-watch.ts'
import type { SeedWatchOptions } from './seed-watch.ts'

export interface DrawWatchesOptions extends Pick<SeedWatchOptions, 'clock' | 'awaited' | 'refresh'> {
  /** Owner address of this node. */
  self: Address
  spec: Pick<TaskSpec, 'committee'>
  duties: Pick<RoundDuties, 'seed' | 'epoch'>
  history: Pick<ClaimHistory, 'open'>
  membership: { accounts(): readonly { owner: Address; eligible: bigint }[] }
  events: Pick<NodeEvents, 'emit'>
  logger: Logger
}

/** What has the members of a task drawn, as far as it draws any: committees for each round, or buckets for each epoch. */
export function drawWatches({
  spec,
  duties,
  history,
  membership,
  awaited,
  refresh,
  events,
  ...common
}: DrawWatchesOptions): Service[] {
  const members = (): Address[] => membership.accounts().flatMap(({ owner, eligible }) => (eligible > 0n ? [owner] : []))
  const terms = bucketTerms(spec)
  const { seed, epoch } = duties
  const watches: Service[] = []
  if (seed && drawnCommittee(spec) > 0) watches.push(new SeedWatch({ ...common, awaited, members, duty: seed, refresh, events }))
  if (epoch && terms) watches.push(new EpochWatch({ ...common, terms, round: () => history.open(), members, duty: epoch }))
  return watches
}
