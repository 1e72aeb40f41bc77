import { BaseError, ResponseBodyTooLargeError } from 'viem'
import type { Clock, Logger } from '../../core/index.ts'
import { displayUrl } from '../display-url.ts'
import { backoffMs } from './backoff.ts'
import { namedBatchLimit } from './classify-answer.ts'
import { PendingCall } from './pending-call.ts'
import { malformedReply, readReply } from './read-reply.ts'
import type { Outcome } from './read-reply.ts'
import { RpcPace } from './rpc-pace.ts'
import type { RpcCall, RpcReply, Wire } from './wire.ts'

/**
 * A call that the node did not answer, or answered with a broken answer, is repeated this often. In a batch once more, and each time in
 * one of a quarter the size: some nodes close the connection on a large batch.
 */
const REPEATS = 2
const REPEATS_IN_BATCH = 3
/** A call that the rate limit turned away is repeated this often: about half a minute. */
const LIMITED_REPEATS = 7
const REPEAT_BACKOFF = { baseMs: 200, capMs: 2_000 }
const LIMITED_BACKOFF = { baseMs: 500, capMs: 16_000 }
/** A longer `Retry-After` is not waited for: calls fail until it is over, at most ten minutes. */
const LONGEST_WAIT_MS = 30_000
const LONGEST_BAN_MS = 600_000

export interface RpcQueueOptions {
  wire: Wire
  logger: Logger
  clock: Pick<Clock, 'sleep'>
  /** Gives [0, 1). */
  random: () => number
}

/**
 * All calls to one RPC node: batches the calls of one turn of the event loop, adapts to the limits of the node, and
 * repeats calls that the node could not answer. No call is lost or answered with another's result: each ends with its
 * own result or its own error.
 *
 * * **A batch is refused, cut or broken off**: its unanswered calls travel again in smaller batches, down to single calls, and the
 *   limit is remembered (`RpcPace`).
 * * **The rate limit is hit** (HTTP 429, or a JSON-RPC error that says so): nothing is sent until the pause that the node asks for, or
 *   a doubling one with jitter, is over. A pause of more than 30 s is not waited for: calls fail at once until it is over.
 * * **No answer, or an overloaded node**: two repetitions, with growing pauses.
 * * **Anything else** is the call's answer.
 */
export class RpcQueue {
  readonly #options: RpcQueueOptions
  readonly #pace: RpcPace
  readonly #live = new Set<PendingCall>()
  readonly #waiting: PendingCall[] = []
  #closed = new AbortController()
  #lastId = 0
  #underWay = 0
  #pauses = 0
  #limitedInARow = 0
  #scheduled = false
  #ban: { until: number; error: BaseError } | undefined

  constructor(options: RpcQueueOptions) {
    this.#options = options
    this.#pace = new RpcPace(options.wire)
  }

  /** The result of one call. `signal` ends the waiting at once. */
  request({ method, params }: { method: string; params?: unknown }, signal?: AbortSignal): Promise<unknown> {
    if (this.#ban !== undefined && Date.now() < this.#ban.until) return Promise.reject(this.#ban.error)
    const call: RpcCall = { jsonrpc: '2.0', id: ++this.#lastId, method, params }
    const pending = new PendingCall(call, { signal, onEnd: (ended) => this.#live.delete(ended) })
    if (pending.live) {
      this.#live.add(pending)
      this.#enqueue([pending])
    }
    return pending.ended
  }

  /** Ends everything that waits, and the pauses. Later calls are carried as ever. */
  close(): void {
    this.#closed.abort()
    this.#closed = new AbortController()
    for (const pending of this.#live) pending.cancel('the connection was closed')
    this.#options.wire.close()
  }

  #enqueue(calls: readonly PendingCall[]): void {
    this.#waiting.push(...calls)
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      this.#pump()
    })
  }

  #pump(): void {
    while (this.#pauses === 0 && this.#underWay < this.#pace.parallel) {
      const batch = this.#take()
      if (batch.length === 0) return
      this.#underWay++
      void this.#send(batch).finally(() => {
        this.#underWay--
        this.#pump()
      })
    }
  }

  /** The next batch: calls in order, up to the limits of the node and of each call. Those whose caller gave up are dropped. */
  #take(): PendingCall[] {
    const batch: PendingCall[] = []
    let limit = this.#pace.batch
    while (this.#waiting.length > 0 && batch.length < limit) {
      const [next] = this.#waiting
      if (next!.live) {
        limit = Math.min(limit, next!.batch)
        if (batch.length >= limit) break
        batch.push(next!)
      }
      this.#waiting.shift()
    }
    return batch
  }

  async #send(batch: readonly PendingCall[]): Promise<void> {
    const { wire } = this.#options
    const calls = batch.map(({ call }) => call)
    let reply: RpcReply
    try {
      reply = await wire.send(calls)
    } catch (error) {
      const cut = error instanceof ResponseBodyTooLargeError
      const made = error instanceof BaseError ? error : new BaseError('the request could not be sent', { cause: error as Error })
      this.#whole(batch, { failure: cut ? 'batchTooLarge' : 'unavailable', error: made, words: '', retryAfterMs: undefined })
      return
    }
    const read = readReply(wire.url, calls, reply)
    if (read.of === 'batch') this.#whole(batch, read.outcome)
    else this.#each(batch, read.outcomes, reply)
  }

  /** One failure for the whole batch. */
  #whole(batch: readonly PendingCall[], outcome: Failure): void {
    const { failure, error, words, retryAfterMs } = outcome
    const [only] = batch
    if (failure === 'rateLimited') return this.#limited(batch, error, retryAfterMs)
    if (batch.length === 1) return this.#failed(only!, outcome)
    if (failure === 'unavailable') return this.#repeat(batch, error, retryAfterMs)
    if (failure !== 'batchTooLarge' && isForbidden(error)) {
      for (const pending of batch) pending.reject(error)
      return
    }
    // Whatever it says, it said it of the batch: smaller ones find out which call is meant, if any.
    this.#shrink(batch.length, failure === 'batchTooLarge' ? namedBatchLimit(words) : undefined)
    this.#again(batch, Math.floor(batch.length / 2))
  }

  /** An answer for each call, or for some. */
  #each(batch: readonly PendingCall[], outcomes: readonly Outcome[], reply: RpcReply): void {
    const unanswered: PendingCall[] = []
    const limited: PendingCall[] = []
    let limitedBy: Failure | undefined
    let named: number | undefined
    let cut = false
    for (const [index, pending] of batch.entries()) {
      const outcome = outcomes[index]!
      if (outcome.is === 'result') {
        pending.resolve(outcome.result)
      } else if (outcome.is === 'missing') {
        unanswered.push(pending)
      } else if (outcome.failure === 'rateLimited') {
        limited.push(pending)
        limitedBy = outcome
      } else if (batch.length > 1 && isCut(outcome)) {
        unanswered.push(pending)
        named ??= namedBatchLimit(outcome.words)
        cut = true
      } else {
        this.#failed(pending, outcome)
      }
    }
    if (unanswered.length === 0 && limited.length === 0) {
      this.#limitedInARow = 0
      this.#pace.good()
    }
    if (unanswered.length > 0 && batch.length === 1) {
      this.#repeat(batch, malformedReply(this.#options.wire.url, batch[0]!.call, reply), reply.retryAfterMs)
    } else if (unanswered.length > 0) {
      // Silence after so many answers is a limit of calls; an error may be one of bytes, which depends on the calls.
      const answered = batch.length - unanswered.length
      this.#shrink(batch.length, named ?? (answered > 0 && !cut ? answered : undefined))
      this.#again(unanswered, this.#pace.batch)
    }
    if (limitedBy !== undefined) this.#limited(limited, limitedBy.error, limitedBy.retryAfterMs)
  }

  /** One call, travelling alone or answered on its own. */
  #failed(pending: PendingCall, { failure, error, retryAfterMs }: Failure): void {
    if (failure === 'unavailable') this.#repeat([pending], error, retryAfterMs)
    else pending.reject(error)
  }

  #again(calls: readonly PendingCall[], batch: number): void {
    for (const pending of calls) pending.batch = Math.min(pending.batch, Math.max(1, batch))
    this.#enqueue(calls)
  }

  #repeat(calls: readonly PendingCall[], error: BaseError, retryAfterMs: number | undefined): void {
    const batch = Math.ceil(calls.length / 4)
    const limit = calls.length > 1 ? REPEATS_IN_BATCH : REPEATS
    const again: PendingCall[] = []
    for (const pending of calls) {
      if (pending.failures++ < limit && (retryAfterMs ?? 0) <= LONGEST_WAIT_MS) again.push(pending)
      else pending.reject(error)
    }
    if (calls.length > 1) this.#pace.tooLarge(batch, { certain: false })
    if (again.length === 0) return
    const { clock, random } = this.#options
    const pause = retryAfterMs ?? backoffMs(again[0]!.failures - 1, { ...REPEAT_BACKOFF, random })
    clock.sleep(pause, this.#closed.signal).then(
      () => this.#again(again, batch),
      () => {},
    )
  }

  /** Turned away by the rate limit: everything waits, because the limit counts everything. */
  #limited(calls: readonly PendingCall[], error: BaseError, retryAfterMs: number | undefined): void {
    const { clock, random, logger, wire } = this.#options
    if (this.#pauses === 0) {
      this.#limitedInARow++
      this.#pace.tooFast()
    }
    const pause = retryAfterMs ?? backoffMs(this.#limitedInARow - 1, { ...LIMITED_BACKOFF, random })
    const details = { rpcUrl: displayUrl(wire.url), pauseMs: Math.round(pause), batch: this.#pace.batch }
    if (pause > LONGEST_WAIT_MS) {
      this.#ban = { until: Date.now() + Math.min(pause, LONGEST_BAN_MS), error }
      logger.warn(details, 'the RPC node limits the rate and asks for a long pause; waiting')
      for (const pending of [...calls, ...this.#waiting.splice(0)]) pending.reject(error)
      return
    }
    logger.debug(details, 'the RPC node limits the rate')
    const again: PendingCall[] = []
    for (const pending of calls) {
      if (pending.limited++ < LIMITED_REPEATS) again.push(pending)
      else pending.reject(error)
    }
    this.#waiting.unshift(...again)
    this.#pauses++
    clock
      .sleep(pause, this.#closed.signal)
      .catch(() => {})
      .finally(() => {
        this.#pauses--
        this.#pump()
      })
  }

  #shrink(size: number, limit: number | undefined): void {
    const before = this.#pace.batch
    const certain = limit !== undefined && limit < size
    this.#pace.tooLarge(certain ? limit : Math.floor(size / 2), { certain })
    const { batch } = this.#pace
    const rpcUrl = displayUrl(this.#options.wire.url)
    if (batch < before) this.#options.logger.debug({ rpcUrl, batch }, 'sending smaller batches, which the RPC node accepts')
  }
}

type Failure = Omit<Outcome & { is: 'failure' }, 'is'>

/** go-ethereum ends a batch whose answers grow too large with this code for every call that is left. */
const RESPONSE_TOO_LARGE = -32003

function isCut({ failure, error, words }: Failure): boolean {
  return failure === 'batchTooLarge' || ((error as { code?: number }).code === RESPONSE_TOO_LARGE && /too large/i.test(words))
}

/** The answer is about who asks, not about what: smaller batches would meet the same. */
function isForbidden(error: BaseError): boolean {
  const { status } = error as { status?: number }
  return status !== undefined && [401, 402, 403, 404, 405].includes(status)
}
