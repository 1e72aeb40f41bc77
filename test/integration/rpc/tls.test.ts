import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generate } from 'selfsigned'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createCoordinatorClient, ensureTlsIdentity } from '../../../src/rpc/index.ts'
import { Harness, code } from './harness.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quorate-tls-'))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

const named = (name: string) => [{ name: 'subjectAltName' as const, altNames: [{ type: 2 as const, value: name }] }]
const ec = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256' } as const

test('an identity is made once, with a private key only its owner reads', async () => {
  const first = await ensureTlsIdentity(folder, { hosts: ['coordinator.example.org', '10.1.2.3'] })
  const again = await ensureTlsIdentity(folder, { hosts: ['elsewhere.example.org'] })
  expect(again).toEqual(first)
  expect(readFileSync(first.certificatePath, 'utf8')).toBe(first.certificate)
  expect(statSync(join(folder, 'tls-key.pem')).mode & 0o777).toBe(0o600)
  expect(first.fingerprint).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/)
})

test('a broken identity is TLS_INVALID, not replaced', async () => {
  const keyPath = join(folder, 'tls-key.pem')
  const { certificatePath, privateKey } = await ensureTlsIdentity(folder, { hosts: [] })
  const broken = () => expect(ensureTlsIdentity(folder, { hosts: [] })).rejects.toThrow(code('TLS_INVALID'))
  chmodSync(keyPath, 0o640)
  await broken()
  chmodSync(keyPath, 0o600)
  writeFileSync(keyPath, (await generate(undefined, ec)).private)
  await broken()
  rmSync(keyPath)
  await broken()
  const expired = await generate(undefined, {
    ...ec,
    notBeforeDate: new Date('2020-01-01'),
    notAfterDate: new Date('2021-01-01'),
  })
  writeFileSync(keyPath, expired.private, { mode: 0o600 })
  writeFileSync(certificatePath, expired.cert)
  await broken()
  writeFileSync(certificatePath, 'no certificate')
  await broken()
  writeFileSync(keyPath, privateKey)
  rmSync(certificatePath)
  expect((await ensureTlsIdentity(folder, { hosts: [] })).privateKey, 'a key without certificate was never used').not.toBe(
    privateKey,
  )
})

test('a client that trusts another certificate does not connect', async () => {
  await using harness = await Harness.start()
  const stranger = await ensureTlsIdentity(folder, { hosts: [] })
  const client = harness.client({ tls: { ca: stranger.certificate } })
  await expect(client.getTask()).rejects.toThrow(code('COORDINATOR_UNREACHABLE'))
  await expect(harness.client({ tls: { ca: stranger.certificate + harness.tls.certificate } }).getTask()).resolves.toBeDefined()
})

test('a file without a certificate is TLS_INVALID at once', () => {
  for (const ca of ['', 'nonsense', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----']) {
    expect(() => createCoordinatorClient({ address: '127.0.0.1:1', tls: { ca } })).toThrow(code('TLS_INVALID'))
  }
})

test('a pinned certificate is good under any name, an issued one only under its own', async () => {
  await using harness = await Harness.start()
  const authority = await generate([{ name: 'commonName', value: 'authority' }], {
    ...ec,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true },
    ],
  })
  const ca = { key: authority.private, cert: authority.cert }
  const cases = [
    { made: await generate(undefined, { ...ec, extensions: named('elsewhere.example') }), good: true },
    { made: await generate(undefined, { ...ec, extensions: named('elsewhere.example'), ca }), good: false },
    { made: await generate(undefined, { ...ec, extensions: named('localhost'), ca }), good: true },
  ]
  for (const { made, good } of cases) {
    await harness.server.stop()
    harness.tls = { ...harness.tls, certificate: made.cert, privateKey: made.private }
    await harness.listen('127.0.0.1:0')
    const port = harness.server.address.split(':')[1]
    const trusted = made === cases[0]!.made ? made.cert : authority.cert
    const client = harness.client({ address: `localhost:${port}`, tls: { ca: trusted } })
    const outcome = await client.getTask().then(
      () => 'connected',
      (error: { code: string }) => error.code,
    )
    expect(outcome).toBe(good ? 'connected' : 'COORDINATOR_UNREACHABLE')
  }
})
