import { Metadata, status } from '@grpc/grpc-js'
import type { ServiceError, StatusObject } from '@grpc/grpc-js'
import { ERRORS, QuorateError, isQuorateError } from '../core/index.ts'
import type { ErrorCode } from '../core/index.ts'

const CODE_KEY = 'quorate-code'
const DETAILS_KEY = 'quorate-details-bin'
/** Headers are small; details beyond this are left out whole. */
const MAX_DETAILS_BYTES = 2048
/** Status text is percent-encoded into a header of 16 KiB at most. */
const MAX_MESSAGE_CHARACTERS = 1000

/**
 * What an error travels as: the gRPC status of its code, the code in `quorate-code`, the details as JSON in `quorate-details-bin`
 * (big integers become decimal strings). An error that is not ours becomes INTERNAL and keeps its text at home.
 */
export function statusOf(error: unknown): StatusObject {
  const known = isQuorateError(error) ? error : new QuorateError('INTERNAL', 'the coordinator failed to answer')
  const metadata = new Metadata()
  metadata.set(CODE_KEY, known.code)
  const details = encodeDetails(known.details)
  if (details) metadata.set(DETAILS_KEY, details)
  return { code: status[ERRORS[known.code].grpc], details: known.message.slice(0, MAX_MESSAGE_CHARACTERS), metadata }
}

/** Exit codes of errors that are about an exchange: stake and keys, data and model, the wire. */
const TRAVELS: ReadonlySet<number> = new Set([4, 5, 6])
/** Of these kinds, but about the other machine alone. */
const STAYS: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['SIGNER_UNREACHABLE', 'SIGNER_REFUSED', 'SIGNER_MISMATCH'])

/** Whether an error with that code is about the machine on which it came up alone: its chain, its signer, its disk, its stop, its defects. */
export function isOfOwnMachine(code: ErrorCode): boolean {
  return !TRAVELS.has(ERRORS[code].exit) || STAYS.has(code)
}

/**
 * The error that `statusOf` encoded; for a status without a code of ours, the nearest one. What befell the other machine (its stop, its disk,
 * its chain, its signer, its defects) arrives as COORDINATOR_FAILED with `details.remote`: it is no event of this one.
 */
export function errorOf(error: unknown): QuorateError {
  if (isQuorateError(error)) return error
  const { code, details, metadata, message } = error as Partial<ServiceError>
  const named = metadata?.get(CODE_KEY)[0]
  if (typeof named === 'string' && Object.hasOwn(ERRORS, named)) {
    const remote = named as ErrorCode
    const given = decodeDetails(metadata?.get(DETAILS_KEY)[0])
    const travels = !isOfOwnMachine(remote)
    return new QuorateError(travels ? remote : 'COORDINATOR_FAILED', details ?? message ?? remote, {
      details: travels ? given : { ...given, remote },
      cause: error,
    })
  }
  const text = details || message || String(error)
  return new QuorateError(fallback(code, text), text, {
    cause: error,
    details: typeof code === 'number' ? { grpc: status[code] } : {},
  })
}

/** Statuses that grpc-js itself makes, on either side, before or after our own code runs. */
function fallback(code: status | undefined, text: string): ErrorCode {
  switch (code) {
    case status.UNAVAILABLE:
    case status.DEADLINE_EXCEEDED:
    // Whoever cancelled, it was not this node: `RpcTransport` asks its own signal first.
    case status.CANCELLED:
      return 'COORDINATOR_UNREACHABLE'
    case status.UNAUTHENTICATED:
      return 'SESSION_EXPIRED'
    case status.RESOURCE_EXHAUSTED:
      return /larger than/i.test(text) ? 'MESSAGE_TOO_LARGE' : 'RATE_LIMITED'
    case status.INVALID_ARGUMENT:
    case status.UNIMPLEMENTED:
      return 'MESSAGE_MALFORMED'
    case status.INTERNAL:
      // The connection went away under the call (RST_STREAM): the same as not reaching it.
      return /RST_STREAM|Stream refused|connection/i.test(text) ? 'COORDINATOR_UNREACHABLE' : 'COORDINATOR_FAILED'
    default:
      return 'COORDINATOR_FAILED'
  }
}

function encodeDetails(details: Record<string, unknown>): Buffer | undefined {
  if (Object.keys(details).length === 0) return undefined
  try {
    const json = JSON.stringify(details, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value))
    const bytes = Buffer.from(json)
    return bytes.length <= MAX_DETAILS_BYTES ? bytes : undefined
  } catch {
    // Details are a help, not the message: what JSON cannot hold stays behind.
    return undefined
  }
}

function decodeDetails(value: string | Buffer | undefined): Record<string, unknown> {
  if (value === undefined) return {}
  try {
    const parsed: unknown = JSON.parse(value.toString())
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? (parsed as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
