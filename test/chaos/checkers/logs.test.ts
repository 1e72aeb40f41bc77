import { describe, expect, it } from 'vitest'
import { defectIn } from './logs.ts'

/** A line of a log, as programs write it: the stack is one JSON string. */
const logged = (stack: string): string => JSON.stringify({ level: 'warn', code: 'RPC_UNREACHABLE', cause: { stack } })

describe('the log rule', () => {
  it.each([
    'HttpRequestError: HTTP request failed.\n    at async #send (queue.ts:1:1)\ncaused by: TypeError: fetch failed\ncaused by: SocketError: other side closed',
    'HttpRequestError: HTTP request failed.\ncaused by: TypeError: fetch failed\n    at node:internal/deps/undici/undici:1:1\ncaused by: Error: connect ECONNREFUSED',
    'HttpRequestError: HTTP request failed.\ncaused by: TypeError: terminated\ncaused by: SocketError: other side closed',
  ])('takes a connection that closed for none of our defects: %j', (stack) => {
    expect(defectIn(logged(stack))).toBe(-1)
  })

  it('reads the causes on stderr, a line each', () => {
    expect(defectIn('caused by: TypeError: fetch failed')).toBe(-1)
  })

  it.each([
    // Nobody made an error of the wire of it.
    'TypeError: fetch failed\ncaused by: SocketError: other side closed',
    'HttpRequestError: HTTP request failed.\ncaused by: TypeError: fetch failed because of us',
    "HttpRequestError: HTTP request failed.\ncaused by: TypeError: Cannot read properties of undefined (reading 'id')",
    'HttpRequestError: HTTP request failed.\ncaused by: TypeError: fetch failed\ncaused by: RangeError: Invalid array length',
    'QuorateError: INTERNAL: that should not happen',
  ])('finds %j', (stack) => {
    expect(defectIn(logged(stack))).toBeGreaterThan(0)
  })
})
