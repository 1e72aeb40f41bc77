import { BaseError } from 'viem'
import { isQuorateError, QuorateError } from '../../core/index.ts'
import { abortable } from '../abortable.ts'
import { AnswerError } from './answer-error.ts'
import { comparable } from './comparable.ts'
import type { Endpoint } from './endpoint.ts'
import type { RpcRequest } from './requests.ts'
import { rpcFailureOf } from './rpc-failure-of.ts'

export type Answer = { is: 'answer'; by: Endpoint; key: string; result?: unknown; revert?: AnswerError }
export type Failure = { is: 'failure'; by: Endpoint; error: unknown }
/** What one endpoint said. */
export type Said = Answer | Failure

export interface AskTogether {
  endpoints: readonly Endpoint[]
  /** So many must say the same. */
  needed: number
  signal?: AbortSignal
  /** Hears of each endpoint, then or later, whether it says the same as the answer. */
  onSaid?: (endpoint: Endpoint, same: boolean) => void
}

/** Endpoints that must say the same: the one, both of two, more than half of more. */
export function enoughOf(endpoints: number): number {
  return Math.floor(endpoints / 2) + 1
}

/**
 * Asks endpoints the same and gives the answer of the first `needed` that say alike. A contract's refusal is an answer. An endpoint that
 * does not have a block does not answer.
 *
 * @throws QuorateError RPC_DISAGREEMENT when enough endpoints answer and too few of them alike, CANCELLED; AnswerError when too few
 * answer, or when they agree that the contract refuses
 */
export async function agree(request: RpcRequest, { endpoints, needed, signal, onSaid }: AskTogether): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const said: Said[] = []
  let agreed: string | undefined
  const take = (one: Said): void => {
    said.push(one)
    const answers = said.filter((other) => other.is === 'answer')
    const alike = one.is === 'answer' ? answers.filter(({ key }) => key === one.key) : []
    if (agreed === undefined && one.is === 'answer' && alike.length >= needed) {
      agreed = one.key
      resolve(one)
      for (const { by, key } of answers) onSaid?.(by, key === agreed)
    } else if (agreed !== undefined && one.is === 'answer') onSaid?.(one.by, one.key === agreed)
    if (agreed === undefined && said.length === endpoints.length) reject(failureOf(request, said, needed))
  }
  for (const by of endpoints) void hear(by, request, signal).then(take)
  const { result, revert } = await abortable(promise, signal)
  if (revert) throw revert
  return result
}

/** One endpoint's answer to a request. */
export async function hear(by: Endpoint, request: RpcRequest, signal?: AbortSignal): Promise<Said> {
  const { method } = request
  if (!by.usable) return { is: 'failure', by, error: answerError(request, 'unavailable', 'no answer lately') }
  try {
    const result = await by.request(request, signal)
    if (method.startsWith('eth_getBlockBy') && !isBlock(result)) {
      const error =
        result === null ? answerError(request, 'behind', 'block not found') : answerError(request, 'unavailable', 'no block')
      return { is: 'failure', by, error }
    }
    return { is: 'answer', by, key: comparable(method, result), result }
  } catch (error) {
    if (!(error instanceof AnswerError) || error.failure !== 'reverted') return { is: 'failure', by, error }
    // Clients word a revert in their own ways, but its bytes are the contract's.
    const [bytes = ''] = /0x[0-9a-f]{8,}/i.exec(JSON.stringify(error.data ?? '')) ?? []
    return { is: 'answer', by, key: `revert ${bytes.toLowerCase()}`, revert: error }
  }
}

/** Enough of a block to compare it: a node may answer anything. */
function isBlock(result: unknown): boolean {
  const { number, hash } = (result ?? {}) as { number?: unknown; hash?: unknown }
  return [number, hash].every((field) => typeof field === 'string' && /^0x[0-9a-f]+$/i.test(field))
}

/** The error when too few say the same: because they differ, or because too few say anything. */
export function failureOf(request: RpcRequest, said: readonly Said[], needed: number): Error {
  const failures = said.filter((one) => one.is === 'failure')
  const cancelled = failures.map(({ error }) => error).find((error) => isQuorateError(error, 'CANCELLED'))
  if (cancelled) return cancelled
  const answers = said.filter((one) => one.is === 'answer')
  if (answers.length >= needed) return disagreement(request, answers)
  const read = failures.map(({ error }) => rpcFailureOf(error))
  const failure = FIRST.find((kind) => read.some((one) => one?.failure === kind)) ?? 'unavailable'
  const retryAfterMs = Math.max(0, ...read.map((one) => one?.retryAfterMs ?? 0))
  const words = failures.map(({ by, error }) => `${by.name}: ${wordsOf(error)}`)
  const message = [`${answers.length} of the ${needed} RPC nodes that must agree have answered`, ...words].join('; ')
  return answerError(request, failure, message, retryAfterMs)
}

/** Which failure counts: the caller can do something about the first ones. */
const FIRST = ['rangeTooWide', 'behind', 'rateLimited', 'unavailable', 'refused'] as const

function disagreement({ method }: RpcRequest, answers: readonly Answer[]): QuorateError {
  const endpoints = answers.map(({ by, key }) => ({ rpcUrl: by.name, answer: key.slice(0, 18) }))
  const names = answers.map(({ by }) => by.name).join(' and ')
  return new QuorateError('RPC_DISAGREEMENT', `${names} answer ${method} differently`, { details: { method, endpoints } })
}

function answerError(body: RpcRequest, failure: AnswerError['failure'], message: string, retryAfterMs = 0): AnswerError {
  const { method, params } = body
  const error = { code: -1, message }
  return new AnswerError({ url: '', body: { method, params }, error, failure, ...(retryAfterMs > 0 && { retryAfterMs }) })
}

function wordsOf(error: unknown): string {
  if (!(error instanceof BaseError)) return String(error)
  return rpcFailureOf(error)?.answered === false ? 'no answer' : (error.details || error.shortMessage).slice(0, 120)
}
