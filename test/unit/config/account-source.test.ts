import { describe, expect, test } from 'vitest'
import { accountSourceField, describeAccountSource } from '../../../src/config/account-source.ts'
import { parseConfig } from '../../../src/config/read-config.ts'
import { z } from 'zod'

const ADDRESS = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'
const field = accountSourceField('/etc/quorate')
const signer = (more: object = {}) => ({ signer: 'https://signer:9000', address: ADDRESS, ...more })

describe('an account under [keys]', () => {
  test('is a key source as before', () => {
    expect(field.parse('operator.key')).toBe('/etc/quorate/operator.key')
    expect(field.parse({ fd: 3 })).toEqual({ fd: 3 })
    expect(field.parse({ keystore: 'a.json' })).toEqual({ keystore: '/etc/quorate/a.json' })
  })

  test('or is with a signer, with a token, a certificate, both or nothing', () => {
    expect(field.parse(signer())).toEqual({ ...signer(), timeoutSeconds: 5 })
    const all = signer({ token: { env: 'TOKEN' }, ca: 'ca.pem', certificate: 'node.pem', key: 'node.key', timeoutSeconds: 2 })
    expect(field.parse(all)).toEqual({
      ...all,
      ca: '/etc/quorate/ca.pem',
      certificate: '/etc/quorate/node.pem',
      key: '/etc/quorate/node.key',
    })
    expect(describeAccountSource(field.parse(all))).toBe('the signer https://signer:9000')
  })

  test.each([
    ['"https://signer:9000"', 'key: expected a file; a signer is named by { signer = "https://…", address = "0x…" }'],
    ['{ signer = "https://signer:9000" }', 'key.address: is missing'],
    ['{ signer = "signer:9000", address = "A" }', 'key.signer: expected a URL that begins with http:// or https://'],
    ['{ signer = "https://u:p@signer:9000", address = "A" }', 'key.signer: expected a URL without user, password'],
    ['{ signer = "https://signer:9000", address = "A", certificate = "a" }', 'key.key: expected certificate and key, or neither'],
    [
      '{ signer = "http://signer:9000", address = "A", token = "t" }',
      'key.token: expected https://, or a signer on this machine',
    ],
    ['{ signer = "https://signer:9000", address = "A", tokn = "t" }', 'key.tokn: this field does not exist'],
    ['{ env = "not a name" }', 'key.env: expected the name of an environment variable'],
    ['{ fd = 1 }', 'key.fd: expected a descriptor to read from'],
  ])('%s is refused in words about the form that is meant', (value, words) => {
    const text = `key = ${value.replace('"A"', `"${ADDRESS}"`)}`
    expect(() => parseConfig('a.toml', text, z.strictObject({ key: field }))).toThrow(words)
  })

  test('a token may go to a signer on this machine without TLS', () => {
    for (const host of ['127.0.0.1', 'localhost', '[::1]'])
      expect(field.safeParse(signer({ signer: `http://${host}:9000`, token: 't' })).success, host).toBe(true)
  })
})
