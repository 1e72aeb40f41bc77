import { isQuorateError, QuorateError } from '../src/core/index.ts'
import type { Logger } from '../src/core/index.ts'
import { sameAddress, toHex } from '../src/protocol/index.ts'
import type { NodeEvents } from '../src/node/index.ts'
import type { Address, SigningDomain } from '../src/protocol/index.ts'
import type { CoordinatorClient } from '../src/rpc/index.ts'
import { fetchTask } from './join-coordinator.ts'
import type { TaskOffer } from './join-coordinator.ts'

export interface OperatorsOptions {
  domain: SigningDomain
  /** Hear what the first offer waits for. */
  events: Pick<NodeEvents, 'emit'>
  logger: Logger
}

/**
 * The operators a member can reach. One of them holds the seat of a round; operators name themselves. A false name only
 * costs time, because receipts are checked against the key on chain.
 *
 * @example
 * const operators = new Operators(clients, { domain, events, logger })
 * const offer = await operators.offer(signal)
 * await (await operators.of(plan.operator, signal)).commit(request)
 */
export class Operators {
  readonly clients: readonly CoordinatorClient[]
  readonly #options: OperatorsOptions
  readonly #owners = new Map<CoordinatorClient, Address>()

  /** @param clients at least one, of the same task */
  constructor(clients: readonly CoordinatorClient[], options: OperatorsOptions) {
    this.clients = clients
    this.#options = options
  }

  /**
   * The task, from whichever operator answers first; waits for one.
   *
   * @param onOther receives every other operator when it answers
   * @throws QuorateError SPEC_MISMATCH, TLS_INVALID when none can be of use, CANCELLED
   */
  async offer(signal: AbortSignal, onOther: (offer: TaskOffer) => void): Promise<TaskOffer> {
    let taken = false
    try {
      return await Promise.any(
        this.clients.map(async (client) => {
          const offer = await fetchTask(client, { ...this.#options, signal })
          this.#owners.set(client, offer.operator)
          if (taken) onOther(offer)
          taken = true
          return offer
        }),
      )
    } catch (error) {
      throw error instanceof AggregateError ? error.errors[0] : error
    }
  }

  /** The client of an operator by its owner address. @throws QuorateError COORDINATOR_UNREACHABLE, CANCELLED */
  async of(owner: Address, signal: AbortSignal): Promise<CoordinatorClient> {
    const known = this.#find(owner)
    if (known) return known
    await Promise.all(
      this.clients.map(async (client) => {
        try {
          this.#owners.set(client, toHex((await client.getTask({ signal })).operator))
        } catch (error) {
          if (!isQuorateError(error) || signal.aborted) throw error
          this.#options.logger.debug({ code: error.code }, 'a coordinator does not name its operator')
        }
      }),
    )
    const found = this.#find(owner)
    if (!found)
      throw new QuorateError('COORDINATOR_UNREACHABLE', `no configured coordinator belongs to the operator ${owner}`, {
        details: { operator: owner },
      })
    return found
  }

  /** What `ask` gets from the first operator that can serve it. @throws the error of the last coordinator */
  async any<T>(ask: (client: CoordinatorClient) => Promise<T>): Promise<T> {
    let failure: unknown
    for (const client of this.clients) {
      try {
        return await ask(client)
      } catch (error) {
        failure = error
      }
    }
    throw failure
  }

  close(): void {
    for (const client of this.clients) client.close()
  }

  #find(owner: Address): CoordinatorClient | undefined {
    return [...this.#owners].find(([, known]) => sameAddress(known, owner))?.[0]
  }
}
