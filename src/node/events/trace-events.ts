import type { Tracer, Work } from '../../core/index.ts'
import { ROUND_SPAN } from '../../observe/traces/index.ts'
import type { NodeEvents } from './events.ts'

export interface TraceEventsNeeds {
  tracer: Tracer
  /** Unix time, ms. */
  now: () => number
}

/** Rounds and disputes whose beginning is remembered. */
const BEGUN = 64

/**
 * Writes down what no single duty tells: the start of the node (round 0), disputes, updates that did not count, and each round that this operator posted, from the
 * time that the node first saw it until enough members agreed.
 *
 * @returns ends the subscription
 */
export function traceEvents(events: Pick<NodeEvents, 'onAny'>, { tracer, now }: TraceEventsNeeds): () => void {
  const opened = now()
  const rounds = new Map<bigint, number>()
  const disputes = new Map<string, number>()
  const posted = new Set<bigint>()
  let member = ''
  const record = (work: Omit<Work, 'endedAt'>): void =>
    tracer.record({ ...work, endedAt: now(), attributes: { 'quorate.member': member, ...work.attributes } })
  const endDispute = (claimHash: string, round: bigint, verdict: string): void => {
    const startedAt = disputes.get(claimHash)
    if (startedAt === undefined) return
    disputes.delete(claimHash)
    record({ name: 'dispute', round, startedAt, attributes: { 'quorate.verdict': verdict } })
  }
  return events.onAny((event) => {
    switch (event.event) {
      case 'started':
        member = event.account
        record({ name: 'join', round: 0n, startedAt: opened })
        break
      case 'round':
        begin(rounds, event.round, now())
        break
      case 'posted':
        posted.add(event.round)
        break
      case 'agreed':
        if (posted.delete(event.round))
          record({
            name: ROUND_SPAN,
            round: event.round,
            startedAt: rounds.get(event.round) ?? now(),
            attributes: { 'quorate.members': event.members },
          })
        break
      case 'notCounted':
        record({ name: 'notCounted', round: event.round, startedAt: now(), attributes: { 'quorate.verdict': event.verdict } })
        break
      case 'mismatch':
      case 'disputed':
        begin(disputes, event.claimHash, now())
        break
      case 'fraud':
        endDispute(event.claimHash, event.round, 'proved')
        break
      case 'disputeEnded':
        endDispute(event.claimHash, event.round, event.outcome)
        break
      default:
    }
  })
}

/** Remembers when something was first seen, and forgets the oldest. */
function begin<Key>(times: Map<Key, number>, key: Key, at: number): void {
  if (times.has(key)) return
  times.set(key, at)
  if (times.size > BEGUN) times.delete(times.keys().next().value!)
}
