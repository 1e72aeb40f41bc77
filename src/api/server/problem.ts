import { ERRORS, isQuorateError, QuorateError } from '../../core/index.ts'
import type { ErrorCode } from '../../core/index.ts'
import type { Problem } from '../schemas.ts'

/** HTTP status for each gRPC status of the catalogue. */
const STATUS = {
  INVALID_ARGUMENT: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  ALREADY_EXISTS: 409,
  FAILED_PRECONDITION: 409,
  RESOURCE_EXHAUSTED: 429,
  INTERNAL: 500,
  CANCELLED: 503,
  UNAVAILABLE: 503,
  DEADLINE_EXCEEDED: 504,
} as const

export const PROBLEM_TYPE = 'application/problem+json'

/** HTTP status of an error. */
export function statusOf(code: ErrorCode): number {
  return STATUS[ERRORS[code].grpc]
}

/**
 * An error as clients see it. What is no coded error is a defect, whose message is for the log alone.
 *
 * @example problemOf(new QuorateError('API_NOT_KNOWN', 'round 7 is not kept')).status // 404
 */
export function problemOf(error: unknown): Problem {
  const known =
    isQuorateError(error) && error.code !== 'INTERNAL'
      ? error
      : new QuorateError('INTERNAL', 'the request failed; the log of the node says why')
  return {
    type: `docs/errors.md#${known.code.toLowerCase()}`,
    title: known.code.toLowerCase().replaceAll('_', ' '),
    status: statusOf(known.code),
    code: known.code,
    detail: known.message,
    advice: known.advice,
  }
}
