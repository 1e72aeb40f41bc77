import { NodeProcess } from '../../../cli/demo/node-process.ts'
import type { AnyEvent } from '../../support/events.ts'

export type ProgramEvent = AnyEvent & { from: string }

/** Real programs of one test, their events so far, and waiting for further events. */
export class Programs implements AsyncDisposable {
  readonly events: ProgramEvent[] = []
  readonly #running = new Map<string, NodeProcess>()
  readonly #looks = new Set<() => void>()
  readonly #waitMs: number

  /** @param waitMs how long an event may take before the test fails */
  constructor(waitMs: number) {
    this.#waitMs = waitMs
  }

  /**
   * Starts `quorate …args --json`.
   *
   * @param program another entry script than that of `quorate`
   * @param through a command that runs the program
   */
  start(name: string, args: readonly string[], program?: string, through?: readonly string[]): NodeProcess {
    const process = new NodeProcess(
      name,
      args.includes('--json') ? args : [...args, '--json'],
      (event) => this.#tell({ ...event, from: name }),
      (error) => this.#tell({ event: 'died', from: name, error: error.toString() }),
      program,
      through,
    )
    this.#running.set(name, process)
    return process
  }

  /** Ends a program at once, as a power cut would. */
  async kill(name: string): Promise<void> {
    await this.#running.get(name)!.kill()
    this.#running.delete(name)
  }

  /** The first event from number `from` on that fits; waits for it. Fails when a program dies. */
  async event(what: string, fits: (event: ProgramEvent) => boolean, from = 0): Promise<ProgramEvent> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => done(() => reject(new Error(`${what} did not happen; last: ${JSON.stringify(this.events.slice(-5), text)}`))),
        this.#waitMs,
      )
      const look = (): void => {
        const died = this.events.slice(from).find((candidate) => candidate.event === 'died')
        if (died) return done(() => reject(new Error(String(died['error']))))
        const found = this.events.slice(from).find(fits)
        if (found) done(() => resolve(found))
      }
      const done = (settle: () => void): void => {
        clearTimeout(timer)
        this.#looks.delete(look)
        settle()
      }
      this.#looks.add(look)
      look()
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#running.values()].map(async (process) => process.stop()))
  }

  #tell(event: ProgramEvent): void {
    this.events.push(event)
    for (const look of this.#looks) look()
  }
}

const text = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? value.toString() : value)
