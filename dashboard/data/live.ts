import { ApiFailure } from './node-api.ts'
import type { NodeApi } from './node-api.ts'

/** `live`: events come. `lost`: the stream broke and is opened again. */
export type LiveState = 'connecting' | 'live' | 'lost'

const FIRST_RETRY_MS = 1_000
const LAST_RETRY_MS = 30_000
/** Events that come together lead to one look. */
const GATHER_MS = 400
/** Without events the page looks by itself. */
const LOOK_MS = 15_000

/** Follows the node's events: tells who listens that something changed, and says how the connection stands. */
export class Live {
  state: LiveState = 'connecting'
  readonly #api: Pick<NodeApi, 'events'>
  readonly #listeners = new Set<() => void>()
  readonly #watchers = new Set<(state: LiveState) => void>()
  readonly #stop = new AbortController()
  #gathering = false
  #lastId: string | undefined

  constructor(api: Pick<NodeApi, 'events'>) {
    this.#api = api
  }

  /** @returns ends listening */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  onState(watcher: (state: LiveState) => void): () => void {
    this.#watchers.add(watcher)
    return () => void this.#watchers.delete(watcher)
  }

  start(): void {
    void this.#follow()
    const timer = setInterval(() => this.#tell(), LOOK_MS)
    this.#stop.signal.addEventListener('abort', () => clearInterval(timer))
  }

  stop(): void {
    this.#stop.abort()
  }

  async #follow(): Promise<void> {
    const { signal } = this.#stop
    for (let wait = FIRST_RETRY_MS; !signal.aborted; wait = Math.min(2 * wait, LAST_RETRY_MS)) {
      try {
        for await (const { id } of this.#api.events(this.#lastId, signal)) {
          this.#set('live')
          wait = FIRST_RETRY_MS
          this.#lastId = id ?? this.#lastId
          this.#gather()
        }
      } catch (error) {
        // A node that has no events, or wants a token, is asked again all the same: the token may come.
        if (!(error instanceof ApiFailure) && signal.aborted) return
      }
      this.#set('lost')
      await new Promise((resolve) => setTimeout(resolve, wait))
    }
  }

  #gather(): void {
    if (this.#gathering) return
    this.#gathering = true
    setTimeout(() => {
      this.#gathering = false
      this.#tell()
    }, GATHER_MS)
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }

  #set(state: LiveState): void {
    if (state === this.state) return
    this.state = state
    for (const watcher of this.#watchers) watcher(state)
    if (state === 'live') this.#tell()
  }
}
