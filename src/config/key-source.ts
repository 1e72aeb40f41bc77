import { z } from 'zod'
import { pathField } from './fields.ts'

/** Where one secret is: a file by its path, an environment variable by its name, or a file descriptor by its number. */
export type SecretSource = string | { env: string } | { fd: number }

/** Where a private key is: as it stands, or in a keystore that a passphrase opens. Without `passphrase` the terminal is asked. */
export type KeySource = SecretSource | { keystore: string; passphrase?: SecretSource | undefined }

const envField = z.strictObject({
  env: z.string().regex(/^[A-Za-z_]\w*$/, 'expected the name of an environment variable, and not the key itself'),
})

const fdField = z.strictObject({
  fd: z
    .int()
    .min(0)
    .max(1023)
    .refine((fd) => fd !== 1 && fd !== 2, 'expected a descriptor to read from, for example 3'),
})

/** `"words"`, `{ env = "NAME" }` or `{ fd = 3 }`; paths begin at `folder`. */
export function secretSourceField(folder: string) {
  return z.union([pathField(folder), envField, fdField])
}

/** A secret source, or `{ keystore = "operator.json", passphrase = … }`. */
export function keySourceField(folder: string) {
  const secret = secretSourceField(folder)
  const keystore = z.strictObject({ keystore: pathField(folder), passphrase: secret.optional() })
  return z.union([...secret.options, keystore]).meta({ form: 'path, or another place of a key' })
}

/** A source for people: it names the place and nothing of what is there. */
export function describeSource(source: KeySource): string {
  if (typeof source === 'string') return `the key file ${source}`
  if ('env' in source) return `the environment variable ${source.env}`
  if ('fd' in source) return `file descriptor ${source.fd}`
  return `the keystore ${source.keystore}`
}
