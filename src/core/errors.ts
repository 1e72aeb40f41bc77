import { ERRORS } from './error-codes.ts'
import type { ErrorCode } from './error-codes.ts'

export interface QuorateErrorOptions {
  /** Typed facts about the failure: they go to logs and JSON output as they are. */
  details?: Record<string, unknown>
  cause?: unknown
}

/**
 * The one error class. `code` names an entry of the catalogue (`error-codes.ts`), which fixes the exit code, the gRPC status
 * and the advice; `message` says what happened this time.
 *
 * @example
 * throw new QuorateError('KEY_NOT_BONDED', `0xabc… has no stake on ledger 0xdef…`, { details: { member } })
 */
export class QuorateError extends Error {
  readonly code: ErrorCode
  readonly details: Record<string, unknown>

  constructor(code: ErrorCode, message: string, options: QuorateErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'QuorateError'
    this.code = code
    this.details = options.details ?? {}
  }

  /** What the reader should do next. */
  get advice(): string {
    return ERRORS[this.code].advice
  }

  get exitCode(): number {
    return ERRORS[this.code].exit
  }

  override toString(): string {
    return `${this.code}: ${this.message}. ${this.advice}`
  }
}

/** True for a QuorateError, of that code if one is given. */
export function isQuorateError(error: unknown, code?: ErrorCode): error is QuorateError {
  return error instanceof QuorateError && (code === undefined || error.code === code)
}
