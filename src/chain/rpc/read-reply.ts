import { HttpRequestError } from 'viem'
import type { BaseError } from 'viem'
import { AnswerError } from './answer-error.ts'
import { classifyAnswer } from './classify-answer.ts'
import type { RpcFailure } from './classify-answer.ts'
import { backoffOf } from './retry-after.ts'
import type { RpcCall, RpcReply } from './wire.ts'

/** What became of one call. `missing`: the reply says nothing of it. */
export type Outcome =
  | { is: 'result'; result: unknown }
  | { is: 'failure'; failure: RpcFailure; error: BaseError; words: string; retryAfterMs: number | undefined }
  | { is: 'missing' }

/** What a reply says: of the whole batch at once, or of each call in turn. */
export type ReadReply = { of: 'batch'; outcome: Outcome & { is: 'failure' } } | { of: 'calls'; outcomes: readonly Outcome[] }

interface Item {
  id?: unknown
  result?: unknown
  error?: { code?: unknown; message?: unknown; data?: unknown }
}

/**
 * Reads a reply against the calls that it answers. Answers are matched by id, never by position: a provider that cuts a batch, or
 * answers out of order, must not hand one call's result to another. One error for several calls, bare or in an array of one, refuses the batch.
 */
export function readReply(url: string, calls: readonly RpcCall[], reply: RpcReply): ReadReply {
  const { status = 200, body } = reply
  const items = (Array.isArray(body) ? body : [body]).filter(isItem)
  const ids = new Map(items.map((item) => [idOf(item), item]))
  const alone = calls.length === 1 ? items[0] : undefined
  const outcomes = calls.map((call): Outcome => {
    const item = ids.get(String(call.id)) ?? alone
    if (item?.error) return failureOf(url, call, reply, item.error)
    return item !== undefined && 'result' in item ? { is: 'result', result: item.result } : { is: 'missing' }
  })
  if (items.length === 0 && (status < 200 || status > 299)) return { of: 'batch', outcome: refusalOf(url, calls, reply) }
  const [only] = items
  if (calls.length > 1 && items.length === 1 && only?.error) {
    return { of: 'batch', outcome: failureOf(url, calls[0]!, reply, only.error) }
  }
  return { of: 'calls', outcomes }
}

/** An answer that is no JSON-RPC at all, or none for a call that travelled alone: it was cut, or a page of a proxy. Neither refuses the call. */
export function malformedReply(url: string, { method, params }: RpcCall, { status }: RpcReply): BaseError {
  const error = { code: -1, message: 'the answer is not a JSON-RPC answer' }
  return new AnswerError({ url, body: { method, params }, error, failure: 'unavailable', status })
}

/** An id as text; an id that JSON-RPC does not allow answers no call. */
function idOf({ id }: Item): string {
  return typeof id === 'number' || typeof id === 'string' ? String(id) : ''
}

function isItem(value: unknown): value is Item {
  return typeof value === 'object' && value !== null && ('result' in value || typeof (value as Item).error === 'object')
}

function failureOf(url: string, call: RpcCall, reply: RpcReply, error: NonNullable<Item['error']>): Outcome & { is: 'failure' } {
  const code = typeof error.code === 'number' ? error.code : -1
  const message = typeof error.message === 'string' ? error.message : JSON.stringify(error)
  // Some providers keep the reason in `data`. Revert data is bytes, not words.
  const words = typeof error.data === 'object' && error.data !== null ? `${message} ${JSON.stringify(error.data)}` : message
  const { status } = reply
  const failure = classifyAnswer({ status, code, words })
  const retryAfterMs = reply.retryAfterMs ?? backoffOf(error.data)
  const { method, params } = call
  const answer = { code, message, ...(error.data !== undefined && { data: error.data }) }
  const made = new AnswerError({ url, body: { method, params }, error: answer, failure, status, retryAfterMs })
  return { is: 'failure', failure, error: made, words, retryAfterMs }
}

function refusalOf(
  url: string,
  calls: readonly RpcCall[],
  { status, body, retryAfterMs }: RpcReply,
): Outcome & { is: 'failure' } {
  const words = (typeof body === 'string' ? body : JSON.stringify(body)).slice(0, 500)
  const failure = classifyAnswer({ status, words })
  const headers = new Headers(retryAfterMs === undefined ? {} : { 'retry-after': String(retryAfterMs / 1000) })
  const error = new HttpRequestError({
    url,
    body: { method: calls[0]!.method, calls: calls.length },
    status,
    headers,
    details: words,
  })
  return { is: 'failure', failure, error, words, retryAfterMs }
}
