import { hexToBigInt } from 'viem'
import { isQuorateError } from '../../core/index.ts'
import type { Clock, Logger } from '../../core/index.ts'
import type { Hex } from '../../protocol/types.ts'
import { abortable } from '../abortable.ts'
import { agreedHead } from './agreed-head.ts'
import type { RpcBlock } from './agreed-head.ts'
import { agree, enoughOf } from './agreement.ts'
import { backoffMs } from './backoff.ts'
import type { Endpoint } from './endpoint.ts'
import { HeadAges } from './head-ages.ts'
import type { RpcRequest, Requests } from './requests.ts'
import { rpcFailureOf } from './rpc-failure-of.ts'

/** Endpoints on two sides of a reorganisation agree after a moment: repetitions, about three seconds in all. */
const REPEATS = 4
const BACKOFF = { baseMs: 200, capMs: 2_000 }

export interface AgreedReadsOptions {
  endpoints: readonly Endpoint[]
  /** Answers what is not read from the state of the chain: transactions, receipts, fees, nonces. */
  others: Requests
  clock: Pick<Clock, 'sleep'>
  random: () => number
  /** Milliseconds that only grow. */
  now: () => number
  logger: Logger
}

/**
 * Reads of several endpoints that must agree. A node signs and pays by what it reads, and one endpoint may lie or be broken.
 *
 * Blocks, logs and contract calls are asked of every usable endpoint, and count when enough say the same: both of two, more than half of
 * more. One that lags does not disagree: the head is the newest block that enough have, and calls name it by its hash (EIP-1898). Other
 * requests are answered by the healthiest endpoint.
 */
export class AgreedReads implements Requests {
  readonly #options: AgreedReadsOptions
  readonly #needed: number
  /** The number of the newest agreed head. */
  #floor = 0n
  readonly #ages: HeadAges
  /** Under way, for all who ask meanwhile. */
  #heading: Promise<RpcBlock> | undefined
  readonly #blocks = new Map<Hex, Promise<RpcBlock>>()
  /** What the log was told of: methods that endpoints answer differently, and whether too few answer. */
  readonly #told = new Set<string>()

  constructor(options: AgreedReadsOptions) {
    this.#options = options
    this.#needed = enoughOf(options.endpoints.length)
    this.#ages = new HeadAges(options.now)
  }

  async request(request: RpcRequest, signal?: AbortSignal): Promise<unknown> {
    const { method } = request
    const params = (request.params ?? []) as readonly unknown[]
    switch (method) {
      case 'eth_blockNumber':
        return (await this.#head(signal)).number
      case 'eth_getBlockByNumber':
        if (params[0] === 'latest') return params[1] === true ? this.#full(await this.#head(signal), signal) : this.#head(signal)
        return isHex(params[0]) ? this.#steady(request, signal) : this.#agree(request, signal)
      case 'eth_getBlockByHash':
      case 'eth_getLogs':
        return this.#agree(request, signal)
      case 'eth_call':
        return this.#call(params, signal)
      default:
        return this.#options.others.request(request, signal)
    }
  }

  /** A call in the state after one block, named by its hash: no endpoint can answer for another block. */
  async #call(params: readonly unknown[], signal?: AbortSignal): Promise<unknown> {
    const [call, at = 'latest', ...rest] = params
    if (namesHash(at)) return this.#agree({ method: 'eth_call', params }, signal)
    if (at !== 'latest' && !isHex(at)) return this.#options.others.request({ method: 'eth_call', params }, signal)
    const { hash: blockHash } = at === 'latest' ? await this.#head(signal) : await this.#block(at, signal)
    return this.#agree({ method: 'eth_call', params: [call, { blockHash }, ...rest] }, signal)
  }

  /** The newest block that enough endpoints have. Those who ask at the same time share the answer. */
  async #head(signal?: AbortSignal): Promise<RpcBlock> {
    const { endpoints } = this.#options
    const needed = this.#needed
    this.#heading ??= this.#watched('eth_blockNumber', async () => {
      this.#wake()
      const onHead = ({ health }: Endpoint, number: bigint) => void (health.lagging = this.#ages.isOld(number))
      const block = async (number: Hex) => this.#block(number)
      const head = await agreedHead({ endpoints, needed, floor: this.#floor, block, onHead })
      this.#ages.agreed((this.#floor = hexToBigInt(head.number)))
      return head
    }).finally(() => (this.#heading = undefined))
    return abortable(this.#heading, signal)
  }

  async #full({ hash }: RpcBlock, signal?: AbortSignal): Promise<unknown> {
    return this.#agree({ method: 'eth_getBlockByHash', params: [hash, true] }, signal)
  }

  async #block(number: Hex, signal?: AbortSignal): Promise<RpcBlock> {
    let asked = this.#blocks.get(number)
    if (asked === undefined) {
      asked = this.#steady({ method: 'eth_getBlockByNumber', params: [number, false] }) as Promise<RpcBlock>
      this.#blocks.set(number, asked)
      const forget = () => void this.#blocks.delete(number)
      asked.then(forget, forget)
    }
    return abortable(asked, signal)
  }

  /** By number: endpoints on two sides of a reorganisation differ for a moment. */
  async #steady(request: RpcRequest, signal?: AbortSignal): Promise<unknown> {
    const { clock, random } = this.#options
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#agree(request, signal, { quiet: attempt < REPEATS })
      } catch (error) {
        if (attempt === REPEATS || !isQuorateError(error, 'RPC_DISAGREEMENT')) throw error
        await clock.sleep(backoffMs(attempt, { ...BACKOFF, random }), signal)
      }
    }
  }

  async #agree(request: RpcRequest, signal?: AbortSignal, { quiet = false } = {}): Promise<unknown> {
    const { endpoints } = this.#options
    const onSaid = (endpoint: Endpoint, same: boolean) => this.#heard(endpoint, request, same)
    const ask = async () => agree(request, { endpoints, needed: this.#needed, signal, onSaid })
    this.#wake()
    return quiet ? ask() : this.#watched(request.method, ask)
  }

  #wake(): void {
    for (const endpoint of this.#options.endpoints) endpoint.wake()
  }

  /** Finds out who contradicts the others. */
  #heard({ health, name, contradictions }: Endpoint, { method, params }: RpcRequest, same: boolean): void {
    const { logger } = this.#options
    const [number] = (params ?? []) as readonly unknown[]
    contradictions.heard(same, method === 'eth_getBlockByNumber' && isHex(number) ? hexToBigInt(number) : undefined)
    if (contradictions.apart === health.apart) return
    health.apart = contradictions.apart
    const details = { rpcUrl: name, method }
    if (health.apart)
      logger.warn({ code: 'RPC_DISAGREEMENT', ...details }, 'an RPC node contradicts the others; they are believed')
    else logger.info(details, 'the RPC node says the same as the others again')
  }

  /** Tells the log once that the node waits, and once that it goes on. */
  async #watched<T>(method: string, ask: () => Promise<T>): Promise<T> {
    const { logger } = this.#options
    try {
      const result = await ask()
      if (this.#told.delete(method) && this.#told.size === 0) logger.info({}, 'enough RPC nodes agree again')
      return result
    } catch (error) {
      const failure = rpcFailureOf(error)?.failure
      const code = isQuorateError(error, 'RPC_DISAGREEMENT') ? error.code : 'RPC_UNREACHABLE'
      const isNews = code === 'RPC_DISAGREEMENT' || failure === 'unavailable'
      if (isNews && !this.#told.has(method)) {
        this.#told.add(method)
        const reason = isQuorateError(error) ? error.message : (error as { details?: string }).details
        logger.warn({ code, method, reason }, 'too few RPC nodes agree; the node waits, and signs nothing')
      }
      throw error
    }
  }
}

/** A block named by its hash, as EIP-1898 has it. */
function namesHash(at: unknown): boolean {
  return typeof at === 'object' && at !== null && 'blockHash' in at
}

function isHex(value: unknown): value is Hex {
  return typeof value === 'string' && value.startsWith('0x')
}
