import { createLogUpdate } from 'log-update'
import { secondsLeft } from '../core/index.ts'
import type { Output } from './output.ts'

const BAR = 24
/** Times a second that the bar is drawn at most. */
const FRAMES = 8

export interface ProgressBarOptions {
  output: Pick<Output, 'story'>
  /** What is counted: `round`. */
  unit: string
  /** How many there are. */
  total: number
  /** What goes on. */
  doing: string
  /** Where the bar is; default stderr. Nothing is drawn on what is no terminal. */
  stream?: NodeJS.WriteStream
  /** Milliseconds; any origin. */
  now?: () => number
}

/**
 * How far a long command is: a bar with the time that is left on a terminal, and lines anywhere.
 *
 * @example
 * using progress = new ProgressBar({ output, unit: 'round', total: 240, doing: 'replaying' })
 * progress.done()
 */
export class ProgressBar implements Disposable {
  readonly #output: Pick<Output, 'story'>
  readonly #unit: string
  readonly #live: ReturnType<typeof createLogUpdate> | undefined
  readonly #now: () => number
  readonly #started: number
  #total: number
  #done = 0
  #drawn = Number.NEGATIVE_INFINITY
  #doing: string

  constructor(options: ProgressBarOptions) {
    const { output, unit, total, doing, stream = process.stderr, now = () => performance.now() } = options
    this.#output = output
    this.#unit = unit
    this.#total = total
    this.#doing = doing
    this.#live = stream.isTTY ? createLogUpdate(stream) : undefined
    this.#now = now
    this.#started = now()
  }

  /** One more is done. @param total how many there are, where that became known */
  done(total = this.#total): void {
    this.#done++
    this.#total = total
    if (!this.#live || this.#now() - this.#drawn < 1000 / FRAMES) return
    this.#drawn = this.#now()
    const filled = Math.round((BAR * this.#done) / Math.max(this.#done, this.#total))
    this.#live(
      `${'█'.repeat(filled)}${'░'.repeat(BAR - filled)}  ${this.#doing}, ${this.#unit} ${this.#done} of ${this.#total}${this.left()}`,
    )
  }

  /** What goes on now. */
  doing(what: string): void {
    this.#doing = what
  }

  /** So many will not take place. */
  spare(count: number): void {
    this.#total -= count
  }

  /** A line that stays. */
  line(text: string): void {
    this.clear()
    this.#output.story(text)
  }

  /** Takes the bar away until more is done, so that something else may be printed. */
  clear(): void {
    this.#live?.clear()
  }

  /** `, about 12 s left`; empty where nothing is left or nothing is known. */
  left(): string {
    const seconds = secondsLeft({ elapsed: (this.#now() - this.#started) / 1000, done: this.#done, total: this.#total })
    if (seconds === undefined || this.#done >= this.#total) return ''
    return `, about ${seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`} left`
  }

  [Symbol.dispose](): void {
    this.clear()
  }
}
