import {
  BaseError,
  BlockNotFoundError,
  HttpRequestError,
  ResponseBodyTooLargeError,
  RpcError,
  RpcRequestError,
  SocketClosedError,
  TimeoutError,
  WebSocketRequestError,
} from 'viem'
import { AnswerError } from './answer-error.ts'
import { classifyAnswer } from './classify-answer.ts'
import type { RpcFailure } from './classify-answer.ts'
import { retryAfterOf } from './retry-after.ts'

export interface FailedRequest {
  failure: Exclude<RpcFailure, 'reverted'>
  /** How long the node asked to be left alone, in ms. */
  retryAfterMs?: number
  /** False where no answer came at all. */
  answered: boolean
}

/** What a viem error says of the RPC node; undefined when the node did its part (a revert, a wrong argument). */
export function rpcFailureOf(error: unknown): FailedRequest | undefined {
  if (!(error instanceof BaseError)) return undefined
  // viem wraps an answer in errors of its own, which say less.
  const cause = error.walk((one) => one instanceof AnswerError) ?? error.walk((one) => KINDS.some((kind) => one instanceof kind))
  if (cause instanceof AnswerError) return answered(cause.failure, cause.retryAfterMs)
  if (cause instanceof HttpRequestError && cause.status !== undefined) {
    const failure = classifyAnswer({ status: cause.status, words: cause.details })
    return answered(failure, retryAfterOf(cause.headers?.get('retry-after') ?? null))
  }
  if (cause instanceof ResponseBodyTooLargeError) return answered('rangeTooWide')
  if (cause instanceof BlockNotFoundError) return answered('behind')
  if (cause instanceof RpcRequestError || cause instanceof RpcError) {
    const { code, details, shortMessage } = cause
    const failure = classifyAnswer({ code, words: details })
    return answered(failure === 'refused' ? classifyAnswer({ code, words: shortMessage }) : failure)
  }
  return cause === null ? undefined : { failure: 'unavailable', answered: false }
}

const KINDS = [
  HttpRequestError,
  ResponseBodyTooLargeError,
  BlockNotFoundError,
  RpcRequestError,
  WebSocketRequestError,
  SocketClosedError,
  TimeoutError,
  RpcError,
] as const

function answered(failure: RpcFailure, retryAfterMs?: number): FailedRequest {
  // The text of a revert without its data; reverts with data are read earlier.
  const kind = failure === 'reverted' ? 'refused' : failure
  return { failure: kind, answered: true, ...(retryAfterMs !== undefined && { retryAfterMs }) }
}
