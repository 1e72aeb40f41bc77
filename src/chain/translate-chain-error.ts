import {
  AbiDecodingDataSizeTooSmallError,
  AbiDecodingZeroDataError,
  BaseError,
  ContractFunctionZeroDataError,
  InsufficientFundsError,
  decodeErrorResult,
  hexToString,
} from 'viem'
import { QuorateError } from '../core/index.ts'
import type { ErrorCode } from '../core/index.ts'
import type { Hex } from '../protocol/types.ts'
import { contractErrors } from './contracts.ts'
import { displayUrl } from './display-url.ts'
import type { RpcUrl } from './display-url.ts'
import { revertWords } from './revert-words.ts'
import { rpcFailureOf } from './rpc/rpc-failure-of.ts'
import type { RpcFailure } from './rpc/classify-answer.ts'

export interface ChainErrorContext {
  /** What was being done, as an infinitive phrase: `read task 1`, `post round 7`. */
  doing: string
  rpcUrl?: RpcUrl
  /** Joined to the error's details. */
  details?: Record<string, unknown>
}

/** Contract errors with a code of their own in the catalogue. */
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
  TooFewMembers: 'NOT_ENOUGH_MEMBERS',
  TooLittleStake: 'NOT_ENOUGH_STAKE',
  BelowMinimum: 'STAKE_TOO_LOW',
  SeatsFull: 'TASK_FULL',
  SlotsFull: 'TASK_FULL',
  SpecOutOfBounds: 'SPEC_OUT_OF_BOUNDS',
  TaskStopped: 'TASK_ENDED',
  JudgeRetired: 'TASK_ENDED',
  NotStopped: 'TASK_NOT_ENDED',
  StillOpen: 'TASK_NOT_ENDED',
  NotFinalYet: 'TASK_NOT_ENDED',
  NotFinalClaim: 'ROUND_NOT_FINAL',
}

/** How a failure of the RPC node reads after "cannot …: the node". */
const FAILURES: Record<Exclude<RpcFailure, 'reverted'>, string> = {
  rateLimited: 'limits the rate of requests',
  behind: 'has not seen the block yet',
  batchTooLarge: 'refuses the batch of requests',
  rangeTooWide: 'refuses to return so many blocks or results at once',
  unavailable: 'cannot answer now',
  refused: 'answered with an error',
}

/**
 * The one place where viem's errors become coded ones:
 *
 * * RPC_UNREACHABLE: the node did not answer, or with an error; `details.failure` says which (`RpcFailure`), `details.retryAfterMs`
 *   how long the node asked to be left alone.
 * * TRANSACTION_REVERTED, or one of a few closer codes: a contract refused. `details.error` and `details.args` hold the contract's error.
 * * INSUFFICIENT_FUNDS: the sender cannot pay. CONTRACT_NOT_FOUND: no code answers. CANCELLED: the signal aborted.
 *
 * A QuorateError passes unchanged.
 */
export function translateChainError(error: unknown, context: ChainErrorContext): QuorateError {
  if (error instanceof QuorateError) return error
  const { doing, rpcUrl, details } = context
  const make = (code: ErrorCode, reason: string, more: Record<string, unknown> = {}) =>
    new QuorateError(code, `cannot ${doing}: ${reason}`, { details: { ...details, ...more }, cause: error })
  if (error instanceof Error && error.name === 'AbortError') return make('CANCELLED', 'the request was cancelled')
  const coded = error instanceof BaseError ? error.walk((cause) => cause instanceof QuorateError) : null
  if (coded instanceof QuorateError) return make(coded.code, coded.message, coded.details)
  if (!(error instanceof BaseError)) return make('INTERNAL', error instanceof Error ? error.message : String(error))

  // First, because these carry answer data that is no revert data.
  if (finds(error, ContractFunctionZeroDataError, AbiDecodingZeroDataError, AbiDecodingDataSizeTooSmallError)) {
    return make('CONTRACT_NOT_FOUND', 'the address has no contract of this kind')
  }
  const failed = rpcFailureOf(error)
  // The data of an unknown block is its hash (EIP-234).
  const data = failed?.failure === 'behind' ? undefined : revertData(error)
  if (data !== undefined) {
    const { name, args } = readable(decodeRevert(data))
    return make(OWN_CODES[name] ?? 'TRANSACTION_REVERTED', revertWords(name, args), { error: name, args })
  }
  const words = `${error.shortMessage} ${error.details}`
  if (finds(error, InsufficientFundsError) || InsufficientFundsError.nodeMessage.test(words)) {
    return make('INSUFFICIENT_FUNDS', 'the sender cannot pay for value and gas')
  }
  if (failed !== undefined) {
    const { failure, retryAfterMs, answered } = failed
    const node = rpcUrl === undefined ? 'the node' : displayUrl(rpcUrl)
    const said = (error.details || error.shortMessage).slice(0, 300)
    const reason = answered ? `${FAILURES[failure]} (${said})` : 'does not answer'
    return make('RPC_UNREACHABLE', `${node} ${reason}`, {
      rpcUrl: node,
      failure,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    })
  }
  return make('INTERNAL', error.shortMessage)
}

/** True when there is no answer of the chain, whatever the reason (a node that stops, too): nothing follows for what was asked. */
export function isUnanswered({ code }: QuorateError): boolean {
  return code === 'RPC_UNREACHABLE' || code === 'RPC_DISAGREEMENT' || code === 'CANCELLED'
}

/** True when the same request may succeed later, and when a transaction that was sent may have arrived. */
export function isTransient({ code, details }: QuorateError): boolean {
  const failure = details['failure'] as RpcFailure | undefined
  if (code === 'RPC_DISAGREEMENT') return true
  return code === 'RPC_UNREACHABLE' && (failure === 'unavailable' || failure === 'rateLimited' || failure === 'behind')
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

interface ContractError {
  name: string
  args: readonly unknown[]
}

/** The contract's name of a field is ASCII in 32 bytes. */
function readable({ name, args }: ContractError): ContractError {
  const [field, ...bounds] = args
  return name === 'SpecOutOfBounds' ? { name, args: [hexToString(field as Hex, { size: 32 }), ...bounds] } : { name, args }
}

function decodeRevert(data: Hex): ContractError {
  if (data === '0x') return { name: 'Reverted', args: [] }
  try {
    const { errorName, args } = decodeErrorResult({ abi: contractErrors, data }) as {
      errorName: string
      args?: readonly unknown[]
    }
    // viem leaves out the arguments of an error that has none.
    return { name: errorName, args: args ?? [] }
  } catch {
    return { name: 'UnknownError', args: [data] }
  }
}
