/** Names of fields whose values are never logged. `salt` opens a commitment before its time. */
const SECRET_FIELDS = [
  'privateKey',
  'secretKey',
  'mnemonic',
  'password',
  'passphrase',
  'secret',
  'peerSeed',
  'salt',
  'token',
  'authorization',
]

/** The same names at the top and up to three levels below it, which is deeper than any field we log. */
export const REDACTED_PATHS: string[] = ['', '*.', '*.*.', '*.*.*.'].flatMap((prefix) =>
  SECRET_FIELDS.map((name) => prefix + name),
)
