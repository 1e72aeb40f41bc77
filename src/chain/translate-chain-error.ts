import {
  AbiDecodingDataSizeTooSmallError,
  AbiDecodingZeroDataError,
  BaseError,
  ContractFunctionZeroDataError,
  HttpRequestError,
  InsufficientFundsError,
  RpcError,
  RpcRequestError,
  SocketClosedError,
  TimeoutError,
  WebSocketRequestError,
  decodeErrorResult,
} from 'viem'
import { QuorateError } from '../core/index.ts'
import type { ErrorCode } from '../core/index.ts'
import type { Hex } from '../protocol/types.ts'
import { contractErrors } from './contracts.ts'
import { displayUrl } from './display-url.ts'

export interface ChainErrorContext {
  /** What was being done, as an infinitive phrase: `read task 1`, `post round 7`. */
  doing: string
  rpcUrl?: string
  /** Joined to the error's details. */
  details?: Record<string, unknown>
}

/** Contract errors that a user meets as one of the catalogue's own codes. */
const OWN_CODES: Record<string, ErrorCode> = {
  GovernorNonexistentProposal: 'PROPOSAL_NOT_FOUND',
  GovernorUnexpectedProposalState: 'PROPOSAL_STATE',
  GovernorAlreadyCastVote: 'PROPOSAL_STATE',
  TimelockUnexpectedOperationState: 'PROPOSAL_STATE',
  GovernorInsufficientProposerVotes: 'VOTES_TOO_LOW',
  NotAdmitted: 'NOT_ADMITTED',
  ERC20InsufficientBalance: 'TOKEN_BALANCE_TOO_LOW',
  NothingToClaim: 'NOTHING_TO_CLAIM',
  NotFinal: 'ROUND_NOT_FINAL',
  OperatorNotBonded: 'KEY_NOT_BONDED',
  NotOperator: 'KEY_NOT_BONDED',
  PausedUntil: 'PAUSED',
}

/**
 * The one place where viem's errors become coded ones:
 * transport failures RPC_UNREACHABLE (`details.refused` when the node did answer, with an error), contract reverts TRANSACTION_REVERTED or
 * one of a few closer codes (the contract's error name and arguments always in `details.error` and `details.args`), unfunded senders
 * INSUFFICIENT_FUNDS, calls answered by no code CONTRACT_NOT_FOUND. A QuorateError passes unchanged.
 */
export function translateChainError(error: unknown, context: ChainErrorContext): QuorateError {
  if (error instanceof QuorateError) return error
  const { doing, rpcUrl, details } = context
  const make = (code: ErrorCode, reason: string, more: Record<string, unknown> = {}) =>
    new QuorateError(code, `cannot ${doing}: ${reason}`, { details: { ...details, ...more }, cause: error })
  if (error instanceof Error && error.name === 'AbortError') return make('CANCELLED', 'it was cancelled')
  if (!(error instanceof BaseError)) return make('INTERNAL', error instanceof Error ? error.message : String(error))

  // First, because these carry answer data that is no revert data.
  if (finds(error, ContractFunctionZeroDataError, AbiDecodingZeroDataError, AbiDecodingDataSizeTooSmallError)) {
    return make('CONTRACT_NOT_FOUND', 'no contract of this kind is at the address')
  }
  const data = revertData(error)
  if (data !== undefined) {
    const { name, args } = decodeRevert(data)
    return make(OWN_CODES[name] ?? 'TRANSACTION_REVERTED', `${name}(${args.map(String).join(', ')})`, { error: name, args })
  }
  const words = `${error.shortMessage} ${error.details}`
  if (finds(error, InsufficientFundsError) || InsufficientFundsError.nodeMessage.test(words)) {
    return make('INSUFFICIENT_FUNDS', 'the sender cannot pay for value and gas')
  }
  const node = rpcUrl === undefined ? 'the node' : displayUrl(rpcUrl)
  if (finds(error, HttpRequestError, WebSocketRequestError, SocketClosedError, TimeoutError)) {
    // 4xx is an answer about this request (a block range too wide, a body too large), except 429 and 408 which ask to come again.
    const status = (error.walk((cause) => cause instanceof HttpRequestError) as HttpRequestError | null)?.status ?? 0
    if (status >= 400 && status < 500 && status !== 429 && status !== 408) {
      return make('RPC_UNREACHABLE', `${node} refused with HTTP status ${status}`, { rpcUrl: node, refused: true })
    }
    return make('RPC_UNREACHABLE', `${node} does not answer`, { rpcUrl: node })
  }
  if (finds(error, RpcError, RpcRequestError)) {
    return make('RPC_UNREACHABLE', `${node} answered with an error (${error.details || error.shortMessage})`, {
      rpcUrl: node,
      refused: true,
    })
  }
  return make('INTERNAL', error.shortMessage)
}

type ErrorClass = abstract new (...args: never[]) => Error

function finds(error: BaseError, ...classes: ErrorClass[]): boolean {
  return error.walk((cause) => classes.some((one) => cause instanceof one)) !== null
}

/** The bytes a contract reverted with; undefined when the failure was no revert. Nodes put them into the JSON-RPC error's `data`. */
function revertData(error: BaseError): Hex | undefined {
  const carrier = error.walk((cause) => typeof hexOf(cause) === 'string')
  if (carrier !== null) return hexOf(carrier)
  const reverted = error.walk((cause) => /execution reverted/i.test(cause instanceof BaseError ? cause.details : ''))
  return reverted === null ? undefined : '0x'
}

function hexOf(cause: unknown): Hex | undefined {
  const { data, raw } = cause as { data?: unknown; raw?: unknown }
  const hex = raw ?? (typeof data === 'object' && data !== null ? (data as { data?: unknown }).data : data)
  return typeof hex === 'string' && /^0x([0-9a-f]{2})*$/i.test(hex) ? (hex as Hex) : undefined
}

function decodeRevert(data: Hex): { name: string; args: readonly unknown[] } {
  if (data === '0x') return { name: 'Reverted', args: [] }
  try {
    const { errorName, args } = decodeErrorResult({ abi: contractErrors, data })
    return { name: errorName, args }
  } catch {
    return { name: 'UnknownError', args: [data] }
  }
}
