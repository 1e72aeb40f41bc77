import { createLogUpdate } from 'log-update'
import type { Output } from '../../src/console/index.ts'

const BAR = 24
/** Times a second that the bar is drawn at most. */
const FRAMES = 8

/** How far a simulation is, in trainings of a member: a bar on a terminal, and lines anywhere. */
export class SimulationProgress implements Disposable {
  readonly #output: Output
  readonly #live = process.stderr.isTTY ? createLogUpdate(process.stderr) : undefined
  readonly #now: () => number
  readonly #started: number
  #total: number
  #done = 0
  #drawn = 0
  #doing = 'federated'

  /**
   * @param total trainings of all runs
   * @param now milliseconds; any origin
   */
  constructor(output: Output, total: number, now: () => number = () => performance.now()) {
    this.#output = output
    this.#total = total
    this.#now = now
    this.#started = now()
  }

  trained(): void {
    this.#done++
    if (!this.#live || this.#now() - this.#drawn < 1000 / FRAMES) return
    this.#drawn = this.#now()
    const filled = Math.round((BAR * this.#done) / Math.max(this.#done, this.#total))
    this.#live(
      `${'█'.repeat(filled)}${'░'.repeat(BAR - filled)}  ${this.#doing}, training ${this.#done} of ${this.#total}${this.left()}`,
    )
  }

  /** What runs now. */
  doing(what: string): void {
    this.#doing = what
  }

  /** So many trainings will not take place. */
  spare(trainings: number): void {
    this.#total -= trainings
  }

  line(text: string): void {
    this.#live?.clear()
    this.#output.story(text)
  }

  /** `, about 12 s left`; empty where nothing is left or nothing is known. */
  left(): string {
    if (this.#done === 0 || this.#done >= this.#total) return ''
    const seconds = (((this.#now() - this.#started) / this.#done) * (this.#total - this.#done)) / 1000
    return `, about ${seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`} left`
  }

  [Symbol.dispose](): void {
    this.#live?.clear()
  }
}
