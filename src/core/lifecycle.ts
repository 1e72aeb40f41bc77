/** A thing with a life. `stop` is idempotent and waits for work in flight. */
export interface Service {
  readonly name: string
  start(): Promise<void>
  stop(): Promise<void>
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

  constructor(services: readonly Service[]) {
    this.#services = services
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
      await service.stop().catch((error: unknown) => failures.push(error))
    }
    if (failures.length > 0) throw new AggregateError(failures, 'some services failed to stop')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }
}
