import { Metadata, status } from '@grpc/grpc-js'
import { expect, test } from 'vitest'
import { ERRORS } from '../../../src/core/index.ts'
import { Backoff } from '../../../src/rpc/backoff.ts'
import { errorOf, statusOf } from '../../../src/rpc/error-map.ts'
import { QuorateError } from '../../../src/core/index.ts'

const service = (code: status, details: string, metadata = new Metadata()) =>
  Object.assign(new Error(details), { code, details, metadata })

test('every code travels as a status that grpc knows', () => {
  for (const code of Object.keys(ERRORS) as (keyof typeof ERRORS)[]) {
    const sent = statusOf(new QuorateError(code, 'what'))
    expect(sent.code).toBeTypeOf('number')
    expect(sent.code).not.toBe(status.OK)
    const got = errorOf(service(sent.code, sent.details, sent.metadata))
    // What is wrong with a node's own signer tells a caller nothing.
    const travels = [4, 5, 6].includes(ERRORS[code].exit) && !code.startsWith('SIGNER_')
    expect(got).toMatchObject({ message: 'what', ...(travels ? { code, details: {} } : FAILED(code)) })
  }
})

const FAILED = (remote: string) => ({ code: 'COORDINATOR_FAILED', details: { remote } })

test('nothing that befell the other machine looks like an event of this one', () => {
  const local = [
    'CANCELLED',
    'INTERNAL',
    'STORAGE_FULL',
    'STORAGE_FAILED',
    'JOURNAL_CORRUPT',
    'RPC_UNREACHABLE',
    'THREAD_LOST',
  ] as const
  for (const code of [...local, 'CLAIM_MISMATCH', 'CONFIG_INVALID', 'INSUFFICIENT_FUNDS'] as const) {
    const sent = statusOf(new QuorateError(code, 'what'))
    expect(errorOf(service(sent.code, sent.details, sent.metadata))).toMatchObject(FAILED(code))
  }
})

test.each([
  [status.UNAVAILABLE, 'connection dropped', 'COORDINATOR_UNREACHABLE'],
  [status.DEADLINE_EXCEEDED, 'Deadline exceeded', 'COORDINATOR_UNREACHABLE'],
  [status.INTERNAL, 'Received RST_STREAM with code 2', 'COORDINATOR_UNREACHABLE'],
  [status.CANCELLED, 'Cancelled on client', 'COORDINATOR_UNREACHABLE'],
  [status.UNAUTHENTICATED, 'no token', 'SESSION_EXPIRED'],
  [status.RESOURCE_EXHAUSTED, 'Received message larger than max (5 vs 4)', 'MESSAGE_TOO_LARGE'],
  [status.RESOURCE_EXHAUSTED, 'bandwidth', 'RATE_LIMITED'],
  [status.UNIMPLEMENTED, 'no such method', 'MESSAGE_MALFORMED'],
  [status.UNKNOWN, 'whatever', 'COORDINATOR_FAILED'],
] as const)('a bare status %s (%s) becomes %s', (code, details, expected) => {
  expect(errorOf(service(code, details))).toMatchObject({ code: expected, message: details })
})

test('a code this version does not know, and details that are no object, do no harm', () => {
  const metadata = new Metadata()
  metadata.set('quorate-code', 'toString')
  expect(errorOf(service(status.UNAVAILABLE, 'later', metadata))).toMatchObject({ code: 'COORDINATOR_UNREACHABLE' })
  metadata.set('quorate-code', 'UPDATE_NORM')
  for (const details of ['[1]', 'null', '{', '7']) {
    metadata.set('quorate-details-bin', Buffer.from(details))
    expect(errorOf(service(status.INVALID_ARGUMENT, 'norm', metadata))).toMatchObject({ code: 'UPDATE_NORM', details: {} })
  }
})

test('waits double up to the longest, half of each random, and begin again after a success', () => {
  let random = 0
  const backoff = new Backoff({ initialMs: 100, maxMs: 500, random: () => random })
  expect([1, 2, 3, 4, 5].map(() => backoff.next())).toEqual([50, 100, 200, 250, 250])
  random = 1
  backoff.reset()
  expect([1, 2, 3, 4].map(() => backoff.next())).toEqual([100, 200, 400, 500])
})
