import { isTransient, translateChainError } from '../chain/index.ts'
import { QuorateError, systemClock } from '../core/index.ts'
import type { Clock, Logger } from '../core/index.ts'
import { PASSING, Backoff } from '../rpc/index.ts'
import { isPassingStorageError } from '../storage/index.ts'
import type { NodeEvents } from './events/index.ts'

/** The pause after a step that failed. */
const PAUSE = { initialMs: 500, maxMs: 10_000 }

export interface StartStepsOptions {
  /** Ends the start. */
  signal: AbortSignal
  events: Pick<NodeEvents, 'emit'>
  logger: Logger
  clock?: Pick<Clock, 'sleep'> | undefined
  /** Gives [0, 1). */
  random?: () => number
}

/**
 * The start of a node, step by step. A step that needs somebody else (the chain, an operator) or a disk that is full or fails is repeated until it succeeds,
 * and the node says once what it waits for: in the log, and as a `waiting` event. What a running node survives, its start waits for. An error that time does not mend ends the start, and so does the
 * signal, in every step.
 *
 * @example
 * const steps = new StartSteps({ signal, events, logger })
 * const chain = await steps.step('the chain', async (abort) => connectChain({ rpcUrl, chainId, logger, signal: abort }))
 */
export class StartSteps {
  readonly #options: StartStepsOptions
  #said = ''

  constructor(options: StartStepsOptions) {
    this.#options = options
  }

  /**
   * Performs one step. `attempt` must be safe to repeat. When the signal aborts, an attempt under way is left alone.
   *
   * @param what what the node waits for while the step fails, as a noun
   * @param passes whether time may mend an error that is not transient everywhere
   * @throws QuorateError CANCELLED when the signal aborts; errors that time does not mend
   */
  async step<T>(
    what: string,
    attempt: (signal: AbortSignal) => Promise<T>,
    passes: (error: QuorateError) => boolean = () => false,
  ): Promise<T> {
    const { signal, logger, clock = systemClock, random } = this.#options
    const backoff = new Backoff({ ...PAUSE, random })
    for (;;) {
      try {
        const result = await this.#unlessAborted(attempt)
        if (this.#said !== '') logger.info({}, `${what} can be had: the start goes on`)
        this.#said = ''
        return result
      } catch (error) {
        const known = translateChainError(error, { doing: `reach ${what}` })
        if (signal.aborted || !(mayMend(known) || passes(known))) throw error
        this.#say(what, known)
        await clock.sleep(backoff.next(), signal)
      }
    }
  }

  async #unlessAborted<T>(attempt: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { signal } = this.#options
    const cancelled = (): QuorateError => new QuorateError('CANCELLED', 'the start was cancelled', { cause: signal.reason })
    if (signal.aborted) throw cancelled()
    const aborted = Promise.withResolvers<never>()
    const abort = () => aborted.reject(cancelled())
    signal.addEventListener('abort', abort, { once: true })
    try {
      return await Promise.race([attempt(signal), aborted.promise])
    } catch (error) {
      throw signal.aborted ? cancelled() : error
    } finally {
      signal.removeEventListener('abort', abort)
    }
  }

  /** Once for each thing and error: a chain that is down is not news every few seconds. */
  #say(what: string, { code, message }: QuorateError): void {
    const said = `${what} ${code}`
    if (said === this.#said) return
    this.#said = said
    const reason = `waiting for ${what}: ${message}`
    this.#options.logger.warn({ code }, reason)
    this.#options.events.emit({ event: 'waiting', reason })
  }
}

function mayMend(error: QuorateError): boolean {
  return isTransient(error) || PASSING.has(error.code) || isPassingStorageError(error) || error.code === 'SIGNER_UNREACHABLE'
}

/** Whether the ledger has no such task: it is not created yet, or the RPC node lags. */
export function isUnknownTask({ details }: QuorateError): boolean {
  return details['error'] === 'UnknownTask'
}
