import { Client } from '@grpc/grpc-js'
import { expect, test } from 'vitest'
import { ERRORS, QuorateError } from '../../../src/core/index.ts'
import type { ErrorCode } from '../../../src/core/index.ts'
import { errorOf } from '../../../src/rpc/error-map.ts'
import { pinnedCredentials } from '../../../src/rpc/pinned-credentials.ts'
import { Harness, code } from './harness.ts'

test('every code of the catalogue arrives with its message and details', { timeout: 20_000 }, async () => {
  let next: ErrorCode = 'INTERNAL'
  await using harness = await Harness.start({
    limits: { callBurst: 1000 },
    handlers: {
      getTask: async () => {
        throw new QuorateError(next, `what happened: ${next} — “ü”`, {
          details: { member: '0xa1', stake: 10n ** 20n, deep: { at: [1] } },
        })
      },
    },
  })
  const client = harness.client()
  for (const name of Object.keys(ERRORS) as ErrorCode[]) {
    next = name
    const error = await client.getTask().catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(QuorateError)
    expect(error).toMatchObject({
      ...([4, 5, 6].includes(ERRORS[name].exit) && !name.startsWith('SIGNER_') ? { code: name } : { code: 'COORDINATOR_FAILED' }),
      message: `what happened: ${name} — “ü”`,
      details: { member: '0xa1', stake: '100000000000000000000', deep: { at: [1] } },
    })
  }
})

test('a stream fails with its code after the items before it', async () => {
  await using harness = await Harness.start({
    handlers: {
      getBlob: async function* () {
        yield { data: Uint8Array.of(1) }
        throw new QuorateError('BLOB_NOT_FOUND', 'gone')
      },
    },
  })
  await expect(harness.client().getBlob(Uint8Array.of(1), { maxBytes: 10 })).rejects.toThrow(code('BLOB_NOT_FOUND'))
})

test("an error that is not ours arrives as COORDINATOR_FAILED and its text stays in the coordinator's log", async () => {
  const logged: unknown[] = []
  const logger = { debug() {}, info() {}, warn() {}, error: (fields: object) => void logged.push(fields), child: () => logger }
  await using harness = await Harness.start({
    logger,
    handlers: {
      getTask: async () => {
        throw new TypeError('secret path')
      },
    },
  })
  const error = await harness
    .client()
    .getTask()
    .catch((caught: unknown) => caught)
  expect(error).toMatchObject({ code: 'COORDINATOR_FAILED', details: { remote: 'INTERNAL' } })
  expect((error as Error).message).not.toContain('secret')
  expect(logged).toMatchObject([{ method: 'getTask', err: { message: 'secret path' } }])
})

test('what fails in the coordinator itself is told to its operator, once however many calls meet it', async () => {
  const warned: unknown[] = []
  const logger = { debug() {}, info() {}, warn: (fields: object) => void warned.push(fields), error() {}, child: () => logger }
  let next: ErrorCode = 'SIGNER_UNREACHABLE'
  await using harness = await Harness.start({
    logger,
    handlers: {
      getTask: async () => {
        throw new QuorateError(next, `it is ${next}`)
      },
    },
  })
  const client = harness.client()
  for (const name of [
    'SIGNER_UNREACHABLE',
    'SIGNER_UNREACHABLE',
    'RPC_UNREACHABLE',
    'MEMBER_UNKNOWN',
    'SIGNER_UNREACHABLE',
  ] as const) {
    next = name
    await expect(client.getTask()).rejects.toThrow(`it is ${name}`)
  }
  const told = (name: ErrorCode): object => ({ method: 'getTask', code: name, error: `it is ${name}` })
  expect(warned).toEqual([told('SIGNER_UNREACHABLE'), told('RPC_UNREACHABLE')])
})

test('details that JSON cannot hold, or that are too large for a header, are left out; the code arrives', async () => {
  const circular: Record<string, unknown> = {}
  circular['self'] = circular
  let details: Record<string, unknown> = circular
  await using harness = await Harness.start({
    handlers: {
      getTask: async () => {
        throw new QuorateError('SPEC_INVALID', 'x'.repeat(5000), { details })
      },
    },
  })
  const client = harness.client()
  await expect(client.getTask()).rejects.toThrow(
    expect.objectContaining({ code: 'SPEC_INVALID', details: {}, message: 'x'.repeat(1000) }),
  )
  details = { long: 'y'.repeat(10_000) }
  await expect(client.getTask()).rejects.toThrow(expect.objectContaining({ code: 'SPEC_INVALID', details: {} }))
})

test('oversized messages fail with MESSAGE_TOO_LARGE wherever they are noticed', async () => {
  await using harness = await Harness.start({
    limits: { maxRequestBytes: 2000, maxResponseBytes: 5000 },
    handlers: { getTask: async () => ({ documentJson: 'x'.repeat(6000) }) },
  })
  const request = { member: new Uint8Array(3000) }
  await expect(harness.client({ limits: { maxRequestBytes: 2000 } }).join(request)).rejects.toThrow(code('MESSAGE_TOO_LARGE'))
  await expect(harness.client().join(request), 'by the server').rejects.toThrow(code('MESSAGE_TOO_LARGE'))
  await expect(harness.client().getTask(), 'an answer').rejects.toThrow(code('MESSAGE_TOO_LARGE'))
  harness.handlers.getTask = async () => ({ documentJson: 'x'.repeat(4000) })
  const narrow = harness.client({ limits: { maxResponseBytes: 3000 } })
  await expect(narrow.getTask(), 'by the client').rejects.toThrow(code('MESSAGE_TOO_LARGE'))
  await expect(harness.client().getTask(), 'the server still answers').resolves.toMatchObject({ documentJson: 'x'.repeat(4000) })
})

test('bytes that are no message fail with MESSAGE_MALFORMED, unknown methods too', async () => {
  await using harness = await Harness.start()
  const raw = new Client(
    harness.server.address.replace('127.0.0.1', 'localhost'),
    pinnedCredentials(harness.tls.certificate, 'localhost'),
  )
  const send = (method: string, bytes: number[]) =>
    new Promise((resolve) => {
      const path = `/quorate.v1.CoordinatorService/${method}`
      raw.makeUnaryRequest(
        path,
        (value: Buffer) => value,
        (value) => value,
        Buffer.from(bytes),
        (error) => resolve(errorOf(error)),
      )
    })
  expect(await send('Join', [0x0a, 0xff, 0xff])).toMatchObject({ code: 'MESSAGE_MALFORMED' })
  expect(await send('Nothing', [])).toMatchObject({ code: 'MESSAGE_MALFORMED' })
  raw.close()
})
