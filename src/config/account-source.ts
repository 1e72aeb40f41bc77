import { z } from 'zod'
import { isLoopback } from '../core/index.ts'
import type { Address } from '../protocol/types.ts'
import { addressField, pathField } from './fields.ts'
import { describeSource, keySourceField, secretSourceField } from './key-source.ts'
import type { KeySource, SecretSource } from './key-source.ts'

/** A key that stays in a signer (docs/keys.md, A remote signer). The files are PEM. */
export interface SignerSource {
  /** Base URL of its HTTP API. */
  signer: string
  /** Address of the key. */
  address: Address
  /** Where the bearer token is. */
  token?: SecretSource | undefined
  /** The authorities that issue the signer's certificate; those of Node by default. */
  ca?: string | undefined
  /** This node's certificate and the key of it, for mutual TLS. */
  certificate?: string | undefined
  key?: string | undefined
  /** Most time for one answer. */
  timeoutSeconds: number
}

/** What signs for an account: a key of this machine, or a signer. */
export type AccountSource = KeySource | SignerSource

const signerUrlField = z
  .url({ protocol: /^https?$/, error: 'expected a URL that begins with http:// or https://' })
  .refine((text) => {
    const { username, password, search, hash } = new URL(text)
    return username + password + search + hash === ''
  }, 'expected a URL without user, password, query and fragment: name a token, or a certificate with its key')

/** A key source, or `{ signer = "https://…", address = "0x…", … }`. */
export function accountSourceField(folder: string) {
  const path = pathField(folder)
  const file = z
    .string()
    .refine((text) => !/^https?:/.test(text), {
      error: 'expected a file; a signer is named by { signer = "https://…", address = "0x…" }',
      abort: true,
    })
    .pipe(path)
  const signer = z
    .strictObject({
      signer: signerUrlField,
      address: addressField,
      token: secretSourceField(folder).optional(),
      ca: path.optional(),
      certificate: path.optional(),
      key: path.optional(),
      timeoutSeconds: z.number().min(0.1).max(60).default(5),
    })
    .refine(({ certificate, key }) => (certificate === undefined) === (key === undefined), {
      path: ['key'],
      message: 'expected certificate and key, or neither',
    })
    .refine(({ signer: url, token }) => token === undefined || isPrivate(url), {
      path: ['token'],
      message: 'expected https://, or a signer on this machine: over http:// others read the token',
    })
  const [, ...others] = keySourceField(folder).options
  return z.union([file, ...others, signer]).meta({ form: 'path, another place of a key, or a signer' })
}

function isPrivate(url: string): boolean {
  const { protocol, hostname } = new URL(url)
  return protocol === 'https:' || isLoopback(hostname.replaceAll(/[[\]]/g, ''))
}

/** A source for people, as `describeSource`. */
export function describeAccountSource(source: AccountSource): string {
  return typeof source === 'object' && 'signer' in source ? `the signer ${source.signer}` : describeSource(source)
}
