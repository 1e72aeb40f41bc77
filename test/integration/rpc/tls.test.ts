import { X509Certificate } from 'node:crypto'
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generate } from 'selfsigned'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createCoordinatorClient, ensureTlsIdentity } from '../../../src/rpc/index.ts'
import { silentLogger } from '../../../src/core/index.ts'
import { Harness, code, view } from './harness.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quorate-tls-'))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

const named = (name: string) => [{ name: 'subjectAltName' as const, altNames: [{ type: 2 as const, value: name }] }]
const HOUR = 3600 * 1000
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
  chmodSync(keyPath, 0o644)
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

test('a new certificate is valid for a member whose clock is a day behind', async () => {
  const { certificate } = await ensureTlsIdentity(folder, { hosts: [] })
  const { validFromDate, validToDate } = new X509Certificate(certificate)
  expect(Date.now() - +validFromDate).toBeGreaterThanOrEqual(24 * HOUR)
  expect(+validToDate - Date.now()).toBeGreaterThan(9 * 365 * 24 * HOUR)
})

test("a certificate outside its time is CLOCK_SKEWED with both times, also for the coordinator's own clock", async () => {
  await using harness = await Harness.start()
  const at = (hours: number) => new Date(Math.floor(Date.now() / 1000) * 1000 + hours * HOUR)
  for (const [from, to, what] of [
    [at(2), at(4), 'is not yet valid'],
    [at(-4), at(-2), 'has expired'],
  ] as const) {
    const made = await generate(undefined, { ...ec, notBeforeDate: from, notAfterDate: to })
    await harness.server.stop()
    harness.tls = { ...harness.tls, certificate: made.cert, privateKey: made.private }
    await harness.listen('127.0.0.1:0')
    const error: unknown = await harness
      .client()
      .getTask()
      .catch((caught: unknown) => caught)
    const times = [from, to].map((date) => date.toISOString().replace('.000', ''))
    expect(error).toMatchObject({ code: 'CLOCK_SKEWED' })
    expect(String(error)).toContain(
      `${what}: it is valid from ${times[0]} to ${times[1]}, and the clock of this machine shows 20`,
    )
    expect(String(error)).toContain('timedatectl set-ntp true')
  }
  const early = await generate(undefined, { ...ec, notBeforeDate: at(2), notAfterDate: at(4) })
  writeFileSync(join(folder, 'tls-cert.pem'), early.cert)
  writeFileSync(join(folder, 'tls-key.pem'), early.private, { mode: 0o600 })
  await expect(ensureTlsIdentity(folder, { hosts: [] })).rejects.toThrow(code('CLOCK_SKEWED'))
})

test('a watch waits until the certificate is in its time', async () => {
  await using harness = await Harness.start()
  const good = harness.tls
  const soon = new Date(Date.now() + HOUR)
  const made = await generate(undefined, { ...ec, notBeforeDate: soon, notAfterDate: new Date(+soon + HOUR) })
  await harness.server.stop()
  harness.tls = { ...good, certificate: made.cert, privateKey: made.private }
  await harness.listen('127.0.0.1:0')
  const { address } = harness.server
  const met = Promise.withResolvers<void>()
  const logger = { ...silentLogger, warn: ({ code: met_ }: { code?: unknown }) => met_ === 'CLOCK_SKEWED' && met.resolve() }
  const controller = new AbortController()
  const client = harness.client({ tls: { ca: made.cert + good.certificate }, logger })
  const views = client.watchRounds({ signal: controller.signal })
  harness.feed.publish(view(1))
  const first = views.next()
  await met.promise
  await harness.server.stop()
  harness.tls = good
  await harness.listen(address)
  expect((await first).value).toMatchObject({ round: 1n })
  controller.abort()
})

test('an identity may be mounted: links, and a key that a group of this process reads', async () => {
  const made = await ensureTlsIdentity(join(folder, '..2026_01'), { hosts: [] })
  symlinkSync('..2026_01', join(folder, '..data'))
  for (const name of ['tls-cert.pem', 'tls-key.pem']) symlinkSync(`..data/${name}`, join(folder, name))
  chmodSync(join(folder, '..2026_01/tls-key.pem'), 0o440)
  expect(await ensureTlsIdentity(folder, { hosts: [] })).toMatchObject({ fingerprint: made.fingerprint })
})

test('a client that trusts another certificate does not connect', async () => {
  await using harness = await Harness.start()
  const stranger = await ensureTlsIdentity(folder, { hosts: [] })
  const client = harness.client({ tls: { ca: stranger.certificate } })
  await expect(client.getTask()).rejects.toThrow(code('CERTIFICATE_UNTRUSTED'))
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
    expect(outcome).toBe(good ? 'connected' : 'CERTIFICATE_UNTRUSTED')
  }
})
