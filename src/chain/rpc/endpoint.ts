import { QuorateError } from '../../core/index.ts'
import type { Logger } from '../../core/index.ts'
import { AnswerError } from './answer-error.ts'
import { Contradictions } from './contradictions.ts'
import { EndpointHealth } from './endpoint-health.ts'
import type { EndpointHealthOptions } from './endpoint-health.ts'
import type { RpcRequest, Requests } from './requests.ts'
import { rpcFailureOf } from './rpc-failure-of.ts'

export interface EndpointOptions extends EndpointHealthOptions {
  /** How messages name it: without the secret parts of the URL. */
  name: string
  /** The EIP-155 id that it must answer with. */
  chainId: number
  queue: Requests & { close(): void }
  logger: Logger
}

/**
 * One RPC node among several: its queue, and what its answers say of its health. No answer counts before it named the chain, and it
 * names the chain again after each rest.
 */
export class Endpoint implements Requests {
  readonly name: string
  readonly health: EndpointHealth
  readonly contradictions = new Contradictions()
  readonly #options: EndpointOptions
  #checked = false
  /** The wrong chain that it named last. */
  #otherChain: number | undefined
  #probing: Promise<void> | undefined

  constructor(options: EndpointOptions) {
    this.#options = options
    this.name = options.name
    this.health = new EndpointHealth(options)
  }

  /** Whether it named the right chain the last time that it was asked. */
  get checked(): boolean {
    return this.#checked
  }

  /** Whether its answers count now. */
  get usable(): boolean {
    return this.#checked && !this.health.resting
  }

  async request(request: RpcRequest, signal?: AbortSignal): Promise<unknown> {
    try {
      const result = await this.#options.queue.request(request, signal)
      // Who rests has to name the chain first.
      if (!this.health.resting) this.health.answered()
      else if (this.#checked) this.check().catch(() => {})
      return result
    } catch (error) {
      this.#failed(error)
      throw error
    }
  }

  /** Begins a probe where one is due; nobody waits for it. */
  wake(): void {
    if (this.health.due || (!this.#checked && !this.health.resting)) this.check().catch(() => {})
  }

  /**
   * Asks for the chain. One probe at a time.
   *
   * @throws QuorateError CHAIN_ID_MISMATCH, CANCELLED; viem's errors when the endpoint does not answer
   */
  async check(): Promise<void> {
    this.#probing ??= this.#probe().finally(() => (this.#probing = undefined))
    return this.#probing
  }

  close(): void {
    this.#options.queue.close()
  }

  async #probe(): Promise<void> {
    const { chainId, queue, logger, name } = this.#options
    let found: number
    try {
      const answer = await queue.request({ method: 'eth_chainId', params: [] })
      found = typeof answer === 'string' ? Number(answer) : Number.NaN
      if (!Number.isSafeInteger(found)) throw noChain(name)
    } catch (error) {
      this.#failed(error)
      throw error
    }
    if (found === chainId) {
      if (this.health.resting) logger.info({ rpcUrl: name }, 'the RPC node answers again')
      this.#checked = true
      this.#otherChain = undefined
      this.health.answered()
      return
    }
    const message = `${name} serves chain ${found}, not ${chainId}`
    if (this.#otherChain !== found) logger.error({ code: 'CHAIN_ID_MISMATCH', rpcUrl: name, expected: chainId, found }, message)
    this.#otherChain = found
    this.#checked = false
    this.health.banish()
    throw new QuorateError('CHAIN_ID_MISMATCH', message, { details: { expected: chainId, found, rpcUrl: name } })
  }

  #failed(error: unknown): void {
    const failure = rpcFailureOf(error)?.failure
    if (failure !== 'unavailable' && failure !== 'rateLimited') return
    if (this.health.failed())
      this.#options.logger.warn(
        { code: 'RPC_UNREACHABLE', rpcUrl: this.name, failure },
        'an RPC node does not answer; it is left out',
      )
  }
}

function noChain(url: string): AnswerError {
  const error = { code: -1, message: 'the answer names no chain' }
  return new AnswerError({ url, body: { method: 'eth_chainId' }, error, failure: 'unavailable' })
}
