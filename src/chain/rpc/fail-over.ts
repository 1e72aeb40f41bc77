import { BaseError } from 'viem'
import type { Clock } from '../../core/index.ts'
import { abortable } from '../abortable.ts'
import { AnswerError } from './answer-error.ts'
import type { Endpoint } from './endpoint.ts'
import type { RpcRequest, Requests } from './requests.ts'
import { rpcFailureOf } from './rpc-failure-of.ts'

/** An endpoint that takes longer for one request is slow: the next one is asked, too. */
const SLOW_MS = 2_000

export interface FailOverOptions {
  /** In the order of preference. */
  endpoints: readonly Endpoint[]
  clock: Pick<Clock, 'sleep'>
}

/**
 * One answer from several endpoints: the healthiest is asked first. When it fails, or takes more than two seconds, the next one is asked
 * as well, and the first answer counts. A signed transaction goes to all of them, so that none can hold it back.
 */
export class FailOver implements Requests {
  readonly #options: FailOverOptions

  constructor(options: FailOverOptions) {
    this.#options = options
  }

  async request(request: RpcRequest, signal?: AbortSignal): Promise<unknown> {
    const order = this.#order()
    return request.method === 'eth_sendRawTransaction' ? sendToAll(order, request, signal) : this.#first(order, request, signal)
  }

  /** Those that count now, best first. Where none does, those that rest: one may be back. */
  #order(): readonly Endpoint[] {
    const { endpoints } = this.#options
    for (const endpoint of endpoints) endpoint.wake()
    const usable = endpoints.filter((endpoint) => endpoint.usable)
    const order = usable.length > 0 ? usable : endpoints.filter((endpoint) => endpoint.checked)
    return order.toSorted((a, b) => a.health.rank - b.health.rank)
  }

  async #first(order: readonly Endpoint[], request: RpcRequest, signal?: AbortSignal): Promise<unknown> {
    const asked = new Set<Endpoint>()
    const over = new AbortController()
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    let failure: unknown
    let underWay = 0
    const next = (): void => {
      const endpoint = order.find((one) => !asked.has(one))
      if (endpoint === undefined) {
        if (underWay === 0) reject(failure ?? nobody(request))
        return
      }
      asked.add(endpoint)
      underWay++
      const slow = new AbortController()
      endpoint
        .request(request, signal)
        .then(
          (result) => {
            if (asked.size === 1) endpoint.health.slow = false
            resolve(result)
          },
          (error: unknown) => {
            underWay--
            failure ??= error
            if (isFinal(error)) reject(error)
            else if (!over.signal.aborted) next()
          },
        )
        .finally(() => slow.abort())
      this.#options.clock.sleep(SLOW_MS, AbortSignal.any([slow.signal, over.signal])).then(
        () => {
          endpoint.health.slow = true
          if (order.length > asked.size) next()
        },
        () => {},
      )
    }
    next()
    try {
      return await abortable(promise, signal)
    } finally {
      over.abort()
    }
  }
}

/** Whether another endpoint would say the same, or the caller has to ask otherwise. */
function isFinal(error: unknown): boolean {
  if (!(error instanceof BaseError)) return true
  if (error instanceof AnswerError && error.failure === 'reverted') return true
  const failure = rpcFailureOf(error)?.failure
  return failure === undefined || failure === 'rangeTooWide' || failure === 'batchTooLarge'
}

function nobody({ method, params }: RpcRequest): AnswerError {
  const error = { code: -1, message: 'no RPC node of this chain is left' }
  return new AnswerError({ url: '', body: { method, params }, error, failure: 'unavailable' })
}

/** Signed bytes for everybody. One that takes them is enough; else the refusal of the best counts before the silence of another. */
async function sendToAll(order: readonly Endpoint[], request: RpcRequest, signal?: AbortSignal): Promise<unknown> {
  const sent = order.map(async (endpoint) => endpoint.request(request, signal))
  try {
    return await Promise.any(sent)
  } catch (error) {
    const errors = (error as AggregateError).errors as unknown[]
    throw errors.find((one) => rpcFailureOf(one)?.answered !== false) ?? errors[0] ?? nobody(request)
  }
}
