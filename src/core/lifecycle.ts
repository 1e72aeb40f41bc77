/** A thing with a life. `stop` is idempotent and waits for work in flight. */
export interface Service {
  readonly name: string
  start(): Promise<void>
  stop(): Promise<void>
}

/** A stop that takes longer is told, ms. */
const SLOW_MS = 10_000

/**
 * Waits for something to stop, and tells if that takes long.
 *
 * @param onSlow called with the name after ten seconds: what hangs is what nobody sees otherwise
 */
export async function watchedStop(name: string, stop: () => Promise<void>, onSlow?: (name: string) => void): Promise<void> {
  const timer = onSlow && setTimeout(() => onSlow(name), SLOW_MS)
  try {
    await stop()
  } finally {
    clearTimeout(timer)
  }
}

/**
 * Starts services in order and stops them in reverse. If one fails to start, those already started are stopped.
 *
 * @example
 * await using app = new Lifecycle([journal, network, rpc])
 * await app.start()
 */
export class Lifecycle implements Service, AsyncDisposable {
  readonly name = 'lifecycle'
  readonly #services: readonly Service[]
  readonly #started: Service[] = []
  readonly #onSlow: ((name: string) => void) | undefined

  /** @param onSlow called with the name of a service that has not stopped after ten seconds */
  constructor(services: readonly Service[], onSlow?: (name: string) => void) {
    this.#services = services
    this.#onSlow = onSlow
  }

  async start(): Promise<void> {
    try {
      for (const service of this.#services) {
        await service.start()
        this.#started.push(service)
      }
    } catch (error) {
      await this.stop().catch(() => {})
      throw error
    }
  }

  async stop(): Promise<void> {
    const failures: unknown[] = []
    for (let service = this.#started.pop(); service; service = this.#started.pop()) {
      const { name } = service
      const stop = async (): Promise<void> => service.stop()
      await watchedStop(name, stop, this.#onSlow).catch((error: unknown) => failures.push(error))
    }
    if (failures.length > 0) throw new AggregateError(failures, 'some services failed to stop')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }
}
