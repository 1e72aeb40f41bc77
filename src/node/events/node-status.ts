import { systemClock } from '../../core/index.ts'
import type { Clock, Metrics } from '../../core/index.ts'
import { PHASES } from '../../protocol/index.ts'
import type { NodeEvents } from './events.ts'

/** Seconds without an answer of the RPC node after which a node is not ready. */
const CHAIN_PATIENCE = 60

export interface NodeStatusOptions {
  metrics: Metrics & { value(name: string): Promise<number> }
  clock?: Pick<Clock, 'now'>
}

export interface Check {
  ok: boolean
  [fact: string]: unknown
}

/** Whether a node can do its duties, and what it lacks. */
export interface Readiness extends Check {
  /** It has started and takes part. */
  node: Check
  /** The RPC node answers. */
  chain: Check
  /** Peers that are connected. Nobody is no reason to be taken out of service: others may be about to connect. */
  peers: number
}

/** What a platform engineer asks a node: its round as gauges, and whether it is ready. Listens to the events of the node from before its start. */
export class NodeStatus {
  readonly #metrics: NodeStatusOptions['metrics']
  readonly #clock: Pick<Clock, 'now'>
  #started = false
  #waitsFor = 'the start'
  #round = -1n

  constructor(events: Pick<NodeEvents, 'onAny'>, { metrics, clock = systemClock }: NodeStatusOptions) {
    this.#metrics = metrics
    this.#clock = clock
    events.onAny((event) => {
      if (event.event === 'started') this.#started = true
      else if (event.event === 'waiting') this.#waitsFor = event.reason
      else if (event.event === 'round' && event.round >= this.#round) this.#enter(event.round, event.phase)
    })
  }

  /**
   * @example
   * await status.ready() // { ok: false, node: { ok: true }, chain: { ok: false, secondsSince: 95 }, peers: 4 }
   */
  async ready(): Promise<Readiness> {
    const [seen, peers] = await Promise.all([
      this.#metrics.value('chain_watch_success_timestamp_seconds'),
      this.#metrics.value('network_peers'),
    ])
    const node: Check = this.#started ? { ok: true } : { ok: false, waitsFor: this.#waitsFor }
    const secondsSince = seen === 0 ? undefined : Math.max(0, Math.round(this.#clock.now() - seen))
    const chain: Check = { ok: secondsSince !== undefined && secondsSince <= CHAIN_PATIENCE, secondsSince }
    return { ok: node.ok && chain.ok, node, chain, peers }
  }

  #enter(round: bigint, phase: string): void {
    this.#round = round
    this.#metrics.gauge('round_number', Number(round))
    for (const one of PHASES) this.#metrics.gauge('round_phase', one === phase ? 1 : 0, { phase: one })
  }
}
