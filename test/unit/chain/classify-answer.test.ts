import { describe, expect, it } from 'vitest'
import { classifyAnswer, namedBatchLimit } from '../../../src/chain/rpc/classify-answer.ts'
import type { ErrorAnswer, RpcFailure } from '../../../src/chain/rpc/classify-answer.ts'

/** Refusals of nodes and services, by meaning. */
const WORDINGS: Record<RpcFailure, ErrorAnswer[]> = {
  rangeTooWide: [
    { code: -32005, words: 'query returned more than 10000 results' },
    { code: -32005, words: 'exceed maximum block range: 5000' },
    { code: -32005, words: 'query returned more than 10000 results. Try with this block range [0x1, 0x2].' },
    { code: -32602, words: 'range 1000000 exceeds limit of 10000' },
    { code: -32602, words: 'query exceeds max block range 100000' },
    { code: -32602, words: 'query exceeds max results 20000, retry with the range 24383075-24383096' },
    { code: -32602, words: 'Log response size exceeded. You can make eth_getLogs requests with up to a 2K block range' },
    { code: -32602, words: 'invalid params {"payload":"range 9009594 is bigger than range limit 2000"}' },
    { code: -32600, words: 'Under the Free tier plan, you can make eth_getLogs requests with up to a 10 block range' },
    { code: -32000, words: 'block range is larger than max block range, block range = 5120, max block range = 5000' },
    { code: -32000, words: 'requested too many blocks from 50331648 to 51380224, maximum is set to 2048' },
    { code: -32000, words: 'maximum [from, to] blocks distance: 10000' },
    { code: -32000, words: 'query timeout exceeded' },
    { code: -32000, words: 'too many results' },
    { code: -32012, words: 'Range too large' },
    { status: 413, code: -32614, words: 'eth_getLogs is limited to a 10,000 range' },
    { status: 400, code: 35, words: 'ranges over 10000 blocks are not supported on freetier' },
    { status: 413, words: 'Request Entity Too Large' },
  ],
  rateLimited: [
    { status: 429, words: '' },
    { status: 429, words: 'batch requests count' },
    { code: 429, words: 'Your app has exceeded its compute units per second capacity.' },
    { code: -32005, words: 'daily request count exceeded, request rate limited' },
    { code: -32005, words: 'project ID request rate exceeded' },
    { code: -32005, words: 'limit exceeded' },
    { code: -32007, words: '50/second request limit reached - reduce calls per second' },
    { code: -32097, words: 'Too many requests' },
    { code: -32000, words: 'rate-limit: retry later' },
    { code: -32000, words: 'credits quota exceeded' },
    { status: 403, words: 'call rate limit exhausted' },
  ],
  batchTooLarge: [
    { status: 500, code: 31, words: 'Batch of more than 3 requests are not allowed on free tier' },
    { code: -32600, words: 'batch too large' },
    { code: -32600, words: 'batch limit 100 exceeded (can increase by --rpc.batch.limit)' },
    { code: -32005, words: 'The batch request was too large' },
    { code: -32010, words: 'The batch size 200 exceeds the limit of 100' },
    { code: -32005, words: 'Batched requests are not supported by this server' },
    { code: -32014, words: 'too many RPC calls in batch request' },
    { code: -32600, words: 'too many requests in a batch, maximum 10' },
  ],
  behind: [
    { code: -32000, words: 'unknown block' },
    { code: -32000, words: 'header not found' },
    { code: -32000, words: 'header for hash not found' },
    { code: -32001, words: 'Resource not found' },
    { code: -32000, words: 'block not found: 0x1234' },
    { code: -32001, words: 'Block with hash 0x12 not found' },
    { code: -32000, words: 'cannot query unfinalized data' },
    { code: -32602, words: 'block range extends beyond current head block' },
    { code: -32602, words: 'BlockOutOfRangeError: block height is 0 but requested was 153' },
  ],
  unavailable: [
    { status: 503, words: '' },
    { status: 500, words: '<html>Internal Server Error</html>' },
    { code: -32603, words: 'Internal error' },
    { code: -32603, words: 'Internal JSON-RPC error.' },
    { code: -32011, words: 'no backends available for method' },
    { code: -32000, words: 'request timed out' },
    { code: -32000, words: 'service unavailable' },
  ],
  reverted: [
    { code: 3, words: 'execution reverted: block not found' },
    { code: -32000, words: 'execution reverted' },
    { code: -32015, words: 'VM execution error: revert, rate limit exceeded' },
  ],
  refused: [
    { code: -32601, words: 'the method eth_foo does not exist/is not available' },
    { code: -32000, words: 'nonce too low: next nonce 5, tx nonce 4' },
    { code: -32000, words: 'replacement transaction underpriced' },
    { code: -32000, words: 'insufficient funds for gas * price + value' },
    { code: -32000, words: 'exceeds block gas limit' },
    { code: -32000, words: 'missing trie node 0xabc (path ) state is not available' },
    { status: 401, words: 'Must be authenticated!' },
    { status: 400, words: 'Bad Request' },
  ],
}

describe('classifyAnswer', () => {
  for (const [failure, answers] of Object.entries(WORDINGS)) {
    it.each(answers)(`takes %j for ${failure}`, (answer) => expect(classifyAnswer(answer)).toBe(failure))
  }
})

it('reads the batch limit that a refusal names', () => {
  expect(namedBatchLimit('Batch of more than 3 requests are not allowed on free tier')).toBe(3)
  expect(namedBatchLimit('batch limit 100 exceeded')).toBe(100)
  expect(namedBatchLimit('batch too large')).toBeUndefined()
  expect(namedBatchLimit('code 31')).toBeUndefined()
})
