import {
  ContractFunctionRevertedError,
  HttpRequestError,
  InternalRpcError,
  RpcRequestError,
  TimeoutError,
  encodeErrorResult,
} from 'viem'
import type { Abi } from 'viem'
import { describe, expect, it } from 'vitest'
import * as abis from '../../../src/chain/abi/index.ts'
import {
  accountFromKey,
  contractErrors,
  displayUrl,
  errorInTokens,
  isTransient,
  isUnanswered,
  translateChainError,
  WORDED_ERRORS,
} from '../../../src/chain/index.ts'
import { AnswerError } from '../../../src/chain/rpc/answer-error.ts'
import { QuorateError } from '../../../src/core/index.ts'

const url = 'https://user:pass@rpc.example/v3/key?token=x'
const doing = 'post round 7'

function refused(data: string, message = 'execution reverted'): RpcRequestError {
  return new RpcRequestError({ body: {}, url, error: { code: 3, message, data } })
}

/** One value of each type of an error's arguments. */
const SAMPLES: Record<string, unknown> = {
  bytes: '0x1234',
  address: '0x00000000000000000000000000000000000000aa',
  string: 'text',
  bytes32: `0x${'01'.repeat(32)}`,
  uint8: 1,
  uint32: 1,
  uint64: 1n,
  uint256: 1n,
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

  it('names every error of every contract, with its arguments', () => {
    const every = Object.values(abis).flatMap((abi) =>
      (Array.isArray(abi) ? (abi as Abi) : []).filter((item) => item.type === 'error'),
    )
    expect(every.length).toBeGreaterThan(150)
    expect(every.filter(({ inputs }) => inputs.length === 0).length).toBeGreaterThan(10)
    for (const item of every) {
      const args = item.inputs.map(({ type }) => SAMPLES[type])
      expect(args, `${item.name}: ${JSON.stringify(item.inputs)}`).not.toContain(undefined)
      const error = translateChainError(refused(encodeErrorResult({ abi: [item], args })), { doing })
      expect(['INTERNAL', 'RPC_UNREACHABLE'], item.name).not.toContain(error.code)
      expect(error.details['error']).toBe(item.name)
      expect(error.message).toMatch(new RegExp(`^cannot ${doing}: .*${item.name}`))
      expect(error.message).not.toMatch(/undefined|NaN|\[object/)
    }
    const names = new Set(every.map(({ name }) => name))
    expect(WORDED_ERRORS.filter((name) => !names.has(name))).toEqual([])
  })

  it('says in words what voters and stakers meet, with amounts in tokens where the token is known', () => {
    const unit = { decimals: 6, symbol: 'QRT' }
    const abi: Abi = contractErrors
    const say = (errorName: string, args: readonly unknown[]) => {
      const data = encodeErrorResult({ abi, errorName, args })
      return String(errorInTokens(translateChainError(refused(data), { doing }), unit))
    }
    const account = '0x00000000000000000000000000000000000000aa'
    expect(say('GovernorInsufficientProposerVotes', [account, 0n, 200_000_000n])).toMatch(
      /0x0+AA has 0 QRT of votes, and a proposal needs 200 QRT \(GovernorInsufficientProposerVotes\)/,
    )
    // Bits 4 and 5: succeeded, queued (OpenZeppelin's order).
    expect(say('GovernorUnexpectedProposalState', [1n, 1, `0x${(48).toString(16).padStart(64, '0')}`])).toContain(
      'the proposal is active, and this step needs one that is succeeded or queued',
    )
    expect(say('InsufficientBond', [1_500_000n, 2_000_000n])).toContain('the free bond is 1.5 QRT, and 2 QRT are asked for')
    expect(say('StillLeaving', [1n, 1_700_000_000n])).toContain('is free from 2023-11-14T22:13:20Z on')
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
