import { RpcRequestError } from 'viem'
import type { RpcFailure } from './classify-answer.ts'

export interface AnswerErrorOptions {
  url: string
  body: { method: string; params?: unknown }
  /** The JSON-RPC error, or one made from an HTTP status and body. */
  error: { code: number; message: string; data?: unknown }
  failure: RpcFailure
  status?: number
  /** How long the node asked to be left alone, in ms. */
  retryAfterMs?: number
}

/**
 * An RPC node's error answer to one request, with its meaning. viem wraps it; `translateChainError` finds it among the
 * causes.
 */
export class AnswerError extends RpcRequestError {
  readonly failure: RpcFailure
  readonly status: number | undefined
  readonly retryAfterMs: number | undefined

  constructor({ url, body, error, failure, status, retryAfterMs }: AnswerErrorOptions) {
    super({ url, body, error })
    this.failure = failure
    this.status = status
    this.retryAfterMs = retryAfterMs
  }
}
