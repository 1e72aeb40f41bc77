import {
  ContractFunctionRevertedError,
  HttpRequestError,
  InternalRpcError,
  RpcRequestError,
  TimeoutError,
  encodeErrorResult,
} from 'viem'
import { describe, expect, it } from 'vitest'
import {
  accountFromKey,
  contractErrors,
  displayUrl,
  isTransient,
  isUnanswered,
  translateChainError,
} from '../../../src/chain/index.ts'
import { AnswerError } from '../../../src/chain/rpc/answer-error.ts'
import { QuorateError } from '../../../src/core/index.ts'

const url = 'https://user:pass@rpc.example/v3/key?token=x'
const doing = 'post round 7'

function refused(data: string, message = 'execution reverted'): RpcRequestError {
  return new RpcRequestError({ body: {}, url, error: { code: 3, message, data } })
}

describe('translateChainError', () => {
  it('names the error of a contract and its arguments', () => {
    const data = encodeErrorResult({ abi: contractErrors, errorName: 'NotCurrentRound', args: [7n, 8n] })
    const error = translateChainError(refused(data), { doing, details: { task: 1n } })
    expect(error).toMatchObject({ code: 'TRANSACTION_REVERTED', details: { task: 1n, error: 'NotCurrentRound', args: [7n, 8n] } })
    expect(error.message).toBe('cannot post round 7: NotCurrentRound(7, 8)')
  })

  it.each([
    ['ERC20InsufficientBalance', ['0x00000000000000000000000000000000000000aa', 1n, 2n], 'TOKEN_BALANCE_TOO_LOW'],
    ['NothingToClaim', [5n, 5n], 'NOTHING_TO_CLAIM'],
    ['NotOperator', ['0x00000000000000000000000000000000000000aa'], 'KEY_NOT_BONDED'],
  ] as const)('gives %s its own code', (errorName, args, code) => {
    const data = encodeErrorResult({ abi: contractErrors, errorName, args })
    expect(translateChainError(refused(data), { doing })).toMatchObject({ code, details: { error: errorName } })
  })

  it('names an error without arguments', () => {
    const without = contractErrors.filter(({ inputs }) => inputs.length === 0)
    expect(without.length).toBeGreaterThan(0)
    for (const { name } of without) {
      const data = encodeErrorResult({ abi: contractErrors, errorName: name })
      const error = translateChainError(refused(data), { doing })
      expect(error.code, name).not.toBe('INTERNAL')
      expect(error).toMatchObject({ message: `cannot ${doing}: ${name}()`, details: { error: name, args: [] } })
    }
  })

  it('says what it can of reverts it does not know', () => {
    expect(translateChainError(refused('0xdeadbeef'), { doing })).toMatchObject({
      code: 'TRANSACTION_REVERTED',
      details: { error: 'UnknownError', args: ['0xdeadbeef'] },
    })
    expect(translateChainError(refused('0x'), { doing })).toMatchObject({ details: { error: 'Reverted' } })
    const viem = new ContractFunctionRevertedError({ abi: [], data: '0xdeadbeef', functionName: 'post' })
    expect(translateChainError(viem, { doing })).toMatchObject({ details: { args: ['0xdeadbeef'] } })
    const panic = encodeErrorResult({
      abi: [{ type: 'error', name: 'Error', inputs: [{ name: 'm', type: 'string' }] }],
      args: ['no'],
    })
    expect(translateChainError(refused(panic), { doing })).toMatchObject({ details: { error: 'Error', args: ['no'] } })
  })

  it('tells a node that is away from one that refuses', () => {
    const away = translateChainError(new HttpRequestError({ url, body: {} }), { doing, rpcUrl: url })
    expect(away).toMatchObject({ code: 'RPC_UNREACHABLE', details: { rpcUrl: 'https://rpc.example' } })
    expect(away.details['failure']).toBe('unavailable')
    expect(isTransient(away)).toBe(true)
    const status = (status: number, headers?: Headers) =>
      translateChainError(new HttpRequestError({ url, status, headers }), { doing }).details
    expect(status(503)).toMatchObject({ failure: 'unavailable' })
    expect(status(429, new Headers({ 'retry-after': '7' }))).toMatchObject({ failure: 'rateLimited', retryAfterMs: 7000 })
    expect(status(413)).toMatchObject({ failure: 'rangeTooWide' })
    expect(status(400)).toMatchObject({ failure: 'refused' })
    expect(translateChainError(new TimeoutError({ body: {}, url }), { doing })).toMatchObject({ code: 'RPC_UNREACHABLE' })
    const answered = (code: number, message: string, data?: string) =>
      translateChainError(new RpcRequestError({ body: {}, url, error: { code, message, data } }), { doing })
    expect(answered(-32005, 'query returned more than 10000 results').details).toMatchObject({ failure: 'rangeTooWide' })
    expect(answered(-32005, 'limit exceeded').details).toMatchObject({ failure: 'rateLimited' })
    expect(isTransient(answered(-32601, 'no such method'))).toBe(false)
    // EIP-234 puts the unknown hash where others put revert data.
    const unknown = answered(-32000, 'Block not found.', `0x${'12'.repeat(32)}`)
    expect(unknown).toMatchObject({ code: 'RPC_UNREACHABLE', details: { failure: 'behind' } })
  })

  it.each([
    ['Internal error', 'unavailable'],
    ['Internal JSON-RPC error.', 'unavailable'],
    ['internal server error', 'unavailable'],
    ['header not found', 'behind'],
    ['invalid block number', 'refused'],
  ] as const)('takes "%s" for %s, whatever viem wraps it in', (message, failure) => {
    const request = new RpcRequestError({ body: {}, url, error: { code: -32_603, message } })
    const answer = new AnswerError({ url, body: { method: 'eth_call' }, error: { code: -32_603, message }, failure })
    for (const error of [request, new InternalRpcError(request), answer, new InternalRpcError(answer)])
      expect(translateChainError(error, { doing })).toMatchObject({ code: 'RPC_UNREACHABLE', details: { failure } })
  })

  it('tells apart what is no answer of the chain', () => {
    const codes = ['RPC_UNREACHABLE', 'RPC_DISAGREEMENT', 'CANCELLED', 'TRANSACTION_REVERTED', 'INSUFFICIENT_FUNDS'] as const
    expect(codes.filter((code) => isUnanswered(new QuorateError(code, 'x')))).toEqual(codes.slice(0, 3))
    expect(codes.filter((code) => isTransient(new QuorateError(code, 'x')))).toEqual(['RPC_DISAGREEMENT'])
  })

  it('recognises a sender without money by the node’s words', () => {
    const words = 'insufficient funds for gas * price + value: balance 0'
    const error = new RpcRequestError({ body: {}, url, error: { code: -32000, message: words } })
    expect(translateChainError(error, { doing })).toMatchObject({ code: 'INSUFFICIENT_FUNDS' })
  })

  it('passes coded errors on and keeps the cause of the rest', () => {
    const coded = new QuorateError('STORAGE_FULL', 'full')
    expect(translateChainError(coded, { doing })).toBe(coded)
    const cause = new TypeError('x is not a function')
    expect(translateChainError(cause, { doing })).toMatchObject({ code: 'INTERNAL', cause })
    expect(translateChainError(new DOMException('stop', 'AbortError'), { doing })).toMatchObject({ code: 'CANCELLED' })
  })
})

describe('accountFromKey', () => {
  it('makes the account of a key', () => {
    const key = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80'
    expect(accountFromKey(key).address).toBe('0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266')
  })

  it.each(['', '0x12', `0x${'0'.repeat(64)}`, `0x${'f'.repeat(64)}`, 'ac'.repeat(32), `0x${'g'.repeat(64)}`])(
    'refuses %j',
    (key) => {
      expect(() => accountFromKey(key)).toThrow(expect.objectContaining({ code: 'KEY_INVALID' }))
    },
  )

  it('does not repeat a wrong key', () => {
    const key = `0x${'ab'.repeat(31)}`
    expect(() => accountFromKey(key)).toThrow(expect.toSatisfy((error: unknown) => !everythingOf(error).includes('abab')))
  })
})

it('shows of a URL only where it leads', () => {
  expect(displayUrl(url)).toBe('https://rpc.example')
  expect(displayUrl('ws://127.0.0.1:8545/secret')).toBe('ws://127.0.0.1:8545')
  expect(displayUrl('nonsense')).toBe('an invalid URL')
})

function everythingOf(error: unknown): string {
  return JSON.stringify(error, Object.getOwnPropertyNames(error))
}
