import type { ErrorEntry } from './error-codes.ts'

/** What may go wrong with the keys of a node, wherever they are. */
export const KEY_ERRORS = {
  KEY_INVALID: {
    exit: 2,
    grpc: 'INVALID_ARGUMENT',
    advice:
      'The key file must hold one 0x-prefixed 32-byte private key that only this process may read: run chmod 600 on it (docs/operations.md, Key files).',
  },
  KEYSTORE_LOCKED: {
    exit: 2,
    grpc: 'INVALID_ARGUMENT',
    advice:
      'Give the passphrase of this keystore: type it at the terminal, or name its place beside the keystore under `[keys]` (docs/operations.md, Key files).',
  },
} as const satisfies Record<string, ErrorEntry>
