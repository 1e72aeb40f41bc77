import type { Logger } from '../../core/index.ts'
import type { EventName, EventOf, NodeEvent } from './catalogue.ts'

/**
 * The events of one node: emitters and subscribers. A listener that throws is logged and stops nobody.
 *
 * @example
 * const events = new NodeEvents(logger)
 * const stop = events.on('replayed', ({ round, modelRoot }) => console.log(round, modelRoot))
 * events.emit({ event: 'voided', round: 7n })
 */
export class NodeEvents {
  readonly #listeners = new Set<(event: NodeEvent) => void>()
  readonly #logger: Pick<Logger, 'error'>

  constructor(logger: Pick<Logger, 'error'>) {
    this.#logger = logger
  }

  emit(event: NodeEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event)
      } catch (error) {
        this.#logger.error({ event: event.event, error: String(error) }, 'a listener of node events failed')
      }
    }
  }

  /** Told of every event. @returns ends the subscription */
  onAny(listener: (event: NodeEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Told of every event of one name. @returns ends the subscription */
  on<N extends EventName>(name: N, listener: (event: EventOf<N>) => void): () => void {
    return this.onAny((event) => {
      if (event.event === name) listener(event as EventOf<N>)
    })
  }
}
