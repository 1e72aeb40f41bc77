import { plural, systemClock } from '../../core/index.ts'
import type { Clock } from '../../core/index.ts'
import type { EventOf, NodeEvent, NodeEvents } from '../../node/index.ts'

/** What a node waits for. Times are those of the machine. */
export interface Wait {
  duty: string | null
  reason: string
  since: number
}

/** What this node measured of a model itself. */
export type OwnEvaluation = Pick<EventOf<'evaluated'>, 'samples' | 'accuracy' | 'loss' | 'metrics'>

/** What this node has spent of its privacy budget. */
export type OwnPrivacy = Omit<EventOf<'privacySpent'>, 'event' | 'round'>

/** What a node told of a dispute. */
export interface ToldDispute {
  round: bigint
  claimHash: string
  reasons: string[]
  requests: EventOf<'courtRequest'>[]
  fraud?: EventOf<'fraud'>
  outcome?: string
}

/** Things of each kind that are remembered. */
const KEPT = 256

/** What a node told in its events since it began, as far as pages show it. Listens from before the start. */
export class NodeFacts {
  readonly #clock: Pick<Clock, 'now'>
  readonly #waits = new Map<string, Wait>()
  readonly #evaluations = new Map<bigint, OwnEvaluation>()
  readonly #disputes = new Map<string, ToldDispute>()
  readonly #penalties = new Map<string, EventOf<'penalised'>>()
  #started: (EventOf<'started'> & { at: number }) | undefined
  #privacy: OwnPrivacy | undefined
  #round = -1n

  constructor(events: Pick<NodeEvents, 'onAny'>, clock: Pick<Clock, 'now'> = systemClock) {
    this.#clock = clock
    events.onAny((event) => this.#take(event))
  }

  /** How the node started, and when; undefined before. */
  get started(): (EventOf<'started'> & { at: number }) | undefined {
    return this.#started
  }

  /** What the node is waiting for. */
  waits(): Wait[] {
    return [...this.#waits.values()]
  }

  /** What this node measured of the model of a round. */
  evaluation(round: bigint): OwnEvaluation | undefined {
    return this.#evaluations.get(round)
  }

  /** The privacy budget of this node as of its newest charge; undefined before the first since it started. */
  get privacy(): OwnPrivacy | undefined {
    return this.#privacy
  }

  /** Rounds whose models this node measured. */
  evaluatedRounds(): bigint[] {
    return [...this.#evaluations.keys()]
  }

  /** Disputes that the node told of, oldest first. */
  disputes(): ToldDispute[] {
    return [...this.#disputes.values()]
  }

  /** The fine that this node sent in a transaction. */
  penalty(transaction: string): EventOf<'penalised'> | undefined {
    return this.#penalties.get(transaction)
  }

  #take(event: NodeEvent): void {
    switch (event.event) {
      case 'started':
        this.#started = { ...event, at: Math.floor(this.#clock.now()) }
        this.#waits.delete('node')
        break
      case 'waiting':
        this.#wait('node', null, event.reason)
        break
      case 'round':
        if (event.round > this.#round) this.#enter(event.round)
        break
      case 'silent':
        this.#wait('silent', 'commit', event.reason)
        break
      case 'refused':
        this.#wait(
          'refused',
          'hold',
          `the sealed list of round ${event.round} leaves out ${plural(event.members.length, 'member')}`,
        )
        break
      case 'trainingSkipped':
        this.#wait('training', 'train', event.reason)
        break
      case 'unfunded':
        this.#wait(`dispute ${event.claimHash}`, 'dispute', `${event.address} needs funds (${event.code})`)
        break
      case 'privacySpent': {
        const { event: _, round: __, ...report } = event
        this.#privacy = report
        break
      }
      case 'evaluated':
        keep(this.#evaluations, event.round, event)
        break
      case 'penalised':
        keep(this.#penalties, event.transaction, event)
        break
      default:
        this.#takeDispute(event)
    }
  }

  #takeDispute(event: NodeEvent): void {
    switch (event.event) {
      case 'mismatch':
      case 'disputed': {
        const { reasons } = this.#dispute(event)
        if (!reasons.includes(event.reason)) reasons.push(event.reason)
        break
      }
      case 'courtRequest':
        this.#dispute(event).requests.push(event)
        break
      case 'fraud':
        this.#dispute(event).fraud = event
        break
      case 'disputeEnded':
        this.#dispute(event).outcome = event.outcome
        this.#waits.delete(`dispute ${event.claimHash}`)
        break
      default:
    }
  }

  #dispute({ round, claimHash }: { round: bigint; claimHash: string }): ToldDispute {
    const known = this.#disputes.get(claimHash) ?? { round, claimHash, reasons: [], requests: [] }
    keep(this.#disputes, claimHash, known)
    return known
  }

  /** What held a round up ended with it. */
  #enter(round: bigint): void {
    this.#round = round
    for (const key of ['node', 'silent', 'refused', 'training']) this.#waits.delete(key)
  }

  #wait(key: string, duty: string | null, reason: string): void {
    const known = this.#waits.get(key)
    if (known?.reason !== reason) keep(this.#waits, key, { duty, reason, since: Math.floor(this.#clock.now()) })
  }
}

function keep<K, V>(map: Map<K, V>, key: K, value: V): void {
  map.set(key, value)
  const [oldest] = map.keys()
  if (map.size > KEPT && oldest !== undefined) map.delete(oldest)
}
