import { wholeTokens } from '../../core/index.ts'
import type { Clock } from '../../core/index.ts'
import { Verdict } from '../../protocol/index.ts'
import type { TrackedValues, Tracker } from '../../observe/tracking/index.ts'
import type { EventOf, NodeEvent } from './catalogue.ts'
import type { NodeEvents } from './events.ts'

export interface TrackEventsNeeds {
  trackers: readonly Pick<Tracker, 'log'>[]
  /** Wall time. */
  clock: Pick<Clock, 'now'>
}

/** Rounds whose beginning is remembered. */
const BEGUN = 64

/**
 * Writes the numbers of a running node down by round: training, updates by verdict, rewards, evaluations, the duration of rounds.
 *
 * @returns ends the subscription
 */
export function trackEvents(events: Pick<NodeEvents, 'onAny'>, { trackers, clock }: TrackEventsNeeds): () => void {
  const begun = new Map<bigint, number>()
  /** Rewards are tracked in tokens, whose decimals the start tells. */
  let decimals: number | undefined
  const early: EventOf<'replayed' | 'built'>[] = []
  const log = (round: bigint, values: TrackedValues): void => {
    if (Object.keys(values).length > 0) for (const tracker of trackers) tracker.log(Number(round), values, clock.now())
  }
  const logClaim = (event: EventOf<'replayed' | 'built'>): void => {
    if (decimals === undefined) return void early.push(event)
    const start = begun.get(event.round)
    log(event.round, { ...claimValues(event, decimals), ...(start !== undefined && { 'round/seconds': clock.now() - start }) })
    begun.delete(event.round)
  }
  return events.onAny((event) => {
    switch (event.event) {
      case 'started':
        decimals = event.decimals
        for (const claim of early.splice(0)) logClaim(claim)
        break
      case 'round':
        if (event.phase !== 'commit' || begun.has(event.round)) break
        begun.set(event.round, clock.now())
        if (begun.size > BEGUN) begun.delete(begun.keys().next().value!)
        break
      case 'replayed':
      case 'built':
        logClaim(event)
        break
      default: {
        const values = valuesOf(event)
        if (values) log((event as EventOf<'trained'>).round, values)
      }
    }
  })
}

/** Numbers of a claim. */
export function claimValues(
  { rows, members, rewards, quarantined }: Pick<EventOf<'replayed'>, 'rows' | 'members' | 'rewards' | 'quarantined'>,
  decimals: number,
): TrackedValues {
  const token = Number(wholeTokens(1n, { decimals }))
  const paid = Object.entries(rewards).map(([member, wei]) => [`rewards/${member}`, Number(wei) / token] as const)
  return {
    'round/members': members.length,
    'round/sealed': rows.length,
    ...Object.fromEntries(
      Object.keys(Verdict).map((verdict) => [`updates/${verdict}`, rows.filter((row) => row.verdict === verdict).length]),
    ),
    'members/quarantined': Object.keys(quarantined).length,
    'rewards/total': paid.reduce((sum, [, tokens]) => sum + tokens, 0),
    ...Object.fromEntries(paid),
  }
}

function valuesOf(event: NodeEvent): TrackedValues | undefined {
  if (event.event === 'trained') {
    const { loss, samples, clipped, seconds } = event
    return { 'training/loss': loss, 'training/samples': samples, 'training/clipped': clipped, 'training/seconds': seconds }
  }
  if (event.event === 'privacySpent') return { 'privacy/epsilon': event.spent }
  if (event.event === 'evaluated') {
    const { loss, accuracy, metrics = {} } = event
    const named = Object.entries(metrics).map(([name, value]) => [`evaluation/${name}`, value] as const)
    return {
      'evaluation/loss': loss,
      ...(accuracy !== undefined && { 'evaluation/accuracy': accuracy }),
      ...Object.fromEntries(named),
    }
  }
  if (event.event === 'memberEvaluated') {
    const { member, metrics } = event
    return Object.fromEntries(Object.entries(metrics).map(([name, value]) => [`members/${name}/${member}`, value]))
  }
  return undefined
}
