import { isQuorateError, QuorateError } from '../../core/index.ts'
import type { Clock, Logger } from '../../core/index.ts'
import { abortable } from '../abortable.ts'
import { displayUrl } from '../display-url.ts'
import { AgreedReads } from './agreed-reads.ts'
import { enoughOf, failureOf } from './agreement.ts'
import type { Said } from './agreement.ts'
import { Endpoint } from './endpoint.ts'
import { FailOver } from './fail-over.ts'
import type { Requests } from './requests.ts'
import { RpcQueue } from './rpc-queue.ts'
import { wireOf } from './wire-of.ts'

/** How long the slow ones are waited for at the start, once enough have answered. */
const GRACE_MS = 2_000

export interface OpenEndpointsOptions {
  /** At least one. */
  urls: readonly string[]
  /** The EIP-155 id that each must answer with. */
  chainId: number
  logger: Logger
  clock: Pick<Clock, 'sleep'>
  random: () => number
  now?: () => number
  signal?: AbortSignal
}

/**
 * The way to a chain over one or more RPC nodes, each with its own wire, queue and health, and checked to serve the chain. One node costs
 * nothing more: its queue answers. Of several, one that does not answer now or serves another chain is left out and checked again later; as many
 * as must agree are checked before this resolves.
 *
 * @throws QuorateError CONFIG_INVALID for a URL that is none, CHAIN_ID_MISMATCH when so many serve another chain that the others cannot be enough, CANCELLED; viem's
 * errors when too few nodes answer
 */
export async function openEndpoints(options: OpenEndpointsOptions): Promise<Requests & { close(): void }> {
  const { urls, chainId, logger, clock, random, signal, now = () => performance.now() } = options
  const endpoints = urls.map((url, index) => {
    const queue = new RpcQueue({ wire: wireOf(url), logger, clock, random })
    return { queue, endpoint: new Endpoint({ name: nameOf(urls, index), chainId, queue, logger, now, random }) }
  })
  const close = () => {
    for (const { endpoint } of endpoints) endpoint.close()
  }
  const all = endpoints.map(({ endpoint }) => endpoint)
  try {
    await abortable(checkEnough(all, clock), signal)
  } catch (error) {
    close()
    throw error
  }
  const others = new FailOver({ endpoints: all, clock })
  const several = new AgreedReads({ endpoints: all, others, clock, random, now, logger })
  const way: Requests = urls.length === 1 ? endpoints[0]!.queue : several
  let closed = false
  return {
    async request(request, abort) {
      if (closed) throw new QuorateError('CANCELLED', 'the connection to the chain is closed')
      return way.request(request, abort)
    },
    close() {
      closed = true
      close()
    },
  }
}

/** Waits for all of them, but for a slow one no longer than a moment once enough have named the chain. */
async function checkEnough(endpoints: readonly Endpoint[], clock: Pick<Clock, 'sleep'>): Promise<void> {
  const needed = enoughOf(endpoints.length)
  const said: Said[] = []
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const take = (one: Said): void => {
    said.push(one)
    if (one.is === 'failure' && (isStop(one.error) || endpoints.length === 1)) reject(one.error)
    const enough = said.filter(({ is }) => is === 'answer').length >= needed
    const everybody = said.length === endpoints.length
    if (enough && everybody) resolve()
    else if (enough) void clock.sleep(GRACE_MS).then(resolve, resolve)
    else if (everybody) reject(otherChain(said, needed) ?? failureOf({ method: 'eth_chainId' }, said, needed))
  }
  for (const by of endpoints) {
    by.check().then(
      () => take({ is: 'answer', by, key: '' }),
      (error: unknown) => take({ is: 'failure', by, error }),
    )
  }
  return promise
}

const isStop = (error: unknown): boolean => isQuorateError(error, 'CANCELLED')

/** The error of an endpoint that serves another chain, if so many do that the others cannot be enough. Else those that do not answer now may be. */
function otherChain(said: readonly Said[], needed: number): unknown {
  const errors = said.flatMap((one) =>
    one.is === 'failure' && isQuorateError(one.error, 'CHAIN_ID_MISMATCH') ? [one.error] : [],
  )
  return said.length - errors.length < needed ? errors[0] : undefined
}

/** Two endpoints of one provider differ only in the secret parts of their URLs. */
function nameOf(urls: readonly string[], index: number): string {
  const names = urls.map(displayUrl)
  const name = names[index]!
  return names.indexOf(name) === names.lastIndexOf(name) ? name : `${name} (number ${index + 1})`
}
