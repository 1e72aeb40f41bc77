import {
  BaseError,
  ContractFunctionRevertedError,
  ContractFunctionZeroDataError,
  HttpRequestError,
  InsufficientFundsError,
  RpcError,
  RpcRequestError,
  SocketClosedError,
  TimeoutError,
  WebSocketRequestError,
} from 'viem'
import { QuorateError } from '../core/index.ts'
import { displayUrl } from './display-url.ts'

export interface ChainErrorContext {
  /** What was being done, as an infinitive phrase: `read the task`, `postClaim`. */
  doing: string
  rpcUrl?: string
  /** Joined to the error's details. */
  details?: Record<string, unknown>
}

/**
 * The one place where viem's errors become coded ones:
 * transport failures RPC_UNREACHABLE, contract reverts TRANSACTION_REVERTED (the contract's error name and arguments in `details.error`
 * and `details.args`), unfunded senders INSUFFICIENT_FUNDS, calls answered by no code CONTRACT_NOT_FOUND. A QuorateError passes unchanged.
 */
export function translateChainError(error: unknown, context: ChainErrorContext): QuorateError {
  if (error instanceof QuorateError) return error
  const { doing, rpcUrl, details } = context
  const make = (code: ConstructorParameters<typeof QuorateError>[0], message: string, more: Record<string, unknown> = {}) =>
    new QuorateError(code, message, { details: { ...details, ...more }, cause: error })
  if (error instanceof Error && error.name === 'AbortError') return make('CANCELLED', `${doing} was cancelled`)
  if (!(error instanceof BaseError)) return make('INTERNAL', `cannot ${doing}: ${messageOf(error)}`)

  const node = rpcUrl === undefined ? 'the node' : displayUrl(rpcUrl)
  const reverted = error.walk((cause) => cause instanceof ContractFunctionRevertedError)
  if (reverted instanceof ContractFunctionRevertedError) return make('TRANSACTION_REVERTED', `cannot ${doing}: ${revertText(reverted)}`, revertFacts(reverted))
  if (finds(error, ContractFunctionZeroDataError)) return make('CONTRACT_NOT_FOUND', `cannot ${doing}: no contract answered`)
  if (finds(error, InsufficientFundsError)) return make('INSUFFICIENT_FUNDS', `cannot ${doing}: the sender cannot pay for gas`)
  if (finds(error, HttpRequestError, WebSocketRequestError, SocketClosedError, TimeoutError)) {
    return make('RPC_UNREACHABLE', `cannot ${doing}: ${node} does not answer`, { rpcUrl: node })
  }
  if (finds(error, RpcError, RpcRequestError)) return make('RPC_UNREACHABLE', `cannot ${doing}: ${node} refused (${error.shortMessage})`, { rpcUrl: node })
  return make('INTERNAL', `cannot ${doing}: ${error.shortMessage}`)
}

type ErrorClass = abstract new (...args: never[]) => Error

function finds(error: BaseError, ...classes: ErrorClass[]): boolean {
  return classes.some((one) => error.walk((cause) => cause instanceof one) instanceof one)
}

function revertText(reverted: ContractFunctionRevertedError): string {
  const { data, reason, signature } = reverted
  if (data !== undefined && data.errorName !== 'Error' && data.errorName !== 'Panic') {
    return `${data.errorName}(${(data.args ?? []).map(String).join(', ')})`
  }
  return reason ?? (signature === undefined ? 'the contract reverted without a reason' : `unknown contract error ${signature}`)
}

function revertFacts(reverted: ContractFunctionRevertedError): Record<string, unknown> {
  const { data, reason, signature } = reverted
  return { error: data?.errorName ?? signature ?? 'unknown', args: data?.args ?? (reason === undefined ? [] : [reason]) }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
