import { randomBytes } from 'node:crypto'
import { systemClock } from '../../core/index.ts'
import { toJson } from '../../console/index.ts'
import type { NodeEvent, NodeEvents } from '../../node/index.ts'
import type { HidePaths } from './hide-paths.ts'

/** Events and bytes that are kept for clients that come back. */
const LIMITS = { events: 4096, bytes: 8 * 1024 ** 2 }

/** Frames one after the other. */
export interface Piece {
  /** Number of the first event in it, and of the first that is not. */
  from: number
  next: number
  /** Number of the newest event when it was made. */
  last: number
  bytes: Buffer
}

/**
 * The newest events of a node as frames of a stream. Every client reads from here at its own pace, so a slow one holds no memory of its own.
 *
 * `id:` is `<run>-<seq>`: a run is one life of the process, in which events are numbered from 1.
 */
export class EventRing {
  readonly run = randomBytes(4).toString('hex')
  readonly #hide: HidePaths
  readonly #limits: typeof LIMITS
  readonly #listeners = new Set<() => void>()
  /** The newest last. */
  readonly #frames: Buffer[] = []
  #piece: Piece | undefined
  #bytes = 0
  #seq = 0

  constructor(events: Pick<NodeEvents, 'onAny'>, hide: HidePaths, limits = LIMITS) {
    this.#hide = hide
    this.#limits = limits
    events.onAny((event) => this.#add(event))
  }

  /** Number of the newest event; 0 before the first. */
  get last(): number {
    return this.#seq
  }

  /** Number of the oldest event that is kept. */
  get first(): number {
    return this.#seq - this.#frames.length + 1
  }

  /**
   * The frames from a number on, in one piece of at least one frame and about `most` bytes. Clients that read on from the same place get the same bytes.
   *
   * @returns undefined when the event of that number is not kept, or did not happen yet
   */
  piece(from: number, most: number): Piece | undefined {
    const known = this.#piece
    if (known?.from === from && known.last === this.#seq) return known
    const frames: Buffer[] = []
    let bytes = 0
    for (let at = from - this.first; at >= 0 && at < this.#frames.length && (bytes === 0 || bytes < most); at++) {
      frames.push(this.#frames[at]!)
      bytes += this.#frames[at]!.length
    }
    if (frames.length === 0) return undefined
    return (this.#piece = { from, last: this.#seq, next: from + frames.length, bytes: Buffer.concat(frames) })
  }

  /** Told after each event. @returns ends the subscription */
  onEvent(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /**
   * The first event that a client which comes back has not seen.
   *
   * @param lastEventId as the client names it; undefined for a client that comes first
   * @returns `complete: false` where the client missed events that are not kept
   */
  resume(lastEventId: string | undefined): { next: number; complete: boolean } {
    if (lastEventId === undefined) return { next: this.#seq + 1, complete: true }
    const [, run, seq] = /^([0-9a-f]{8})-([1-9]\d{0,15})$/.exec(lastEventId) ?? []
    const next = Number(seq) + 1
    if (run !== this.run || next > this.#seq + 1) return { next: this.first, complete: false }
    return { next: Math.max(next, this.first), complete: next >= this.first }
  }

  #add(event: NodeEvent): void {
    const seq = ++this.#seq
    const time = new Date(systemClock.now() * 1000).toISOString()
    // Where the operator keeps its certificate is nobody's concern.
    const { certificate: _certificate, ...told } = event as NodeEvent & { certificate?: string }
    const data = this.#hide(toJson({ ...told, time, seq }))
    const bytes = Buffer.from(`id: ${this.run}-${seq}\nevent: ${event.event}\ndata: ${data}\n\n`)
    this.#frames.push(bytes)
    this.#bytes += bytes.length
    while (this.#frames.length > this.#limits.events || (this.#bytes > this.#limits.bytes && this.#frames.length > 1))
      this.#bytes -= this.#frames.shift()!.length
    for (const listener of this.#listeners) listener()
  }
}
