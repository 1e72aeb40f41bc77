import type { ErrorEntry } from './error-entry.ts'

/** What may go wrong with the keys of a node, wherever they are. */
export const KEY_ERRORS = {
  KEY_INVALID: {
    exit: 2,
    grpc: 'INVALID_ARGUMENT',
    advice:
      'The key file must hold one 0x-prefixed 32-byte private key that only this process may read: run chmod 600 on it (docs/keys.md).',
  },
  SIGNER_UNREACHABLE: {
    exit: 6,
    grpc: 'UNAVAILABLE',
    advice:
      'Check that the signer runs and that this machine reaches its address, which `operator` under `[keys]` names. A node tries again by itself; what it does not sign in time is lost.',
  },
  SIGNER_REFUSED: {
    exit: 4,
    grpc: 'FAILED_PRECONDITION',
    advice:
      "Look into the signer's log. It must accept this node's token or certificate and sign any data with the operator key (docs/keys.md, A remote signer).",
  },
  SIGNER_MISMATCH: {
    exit: 4,
    grpc: 'FAILED_PRECONDITION',
    advice:
      'The signer holds other keys: correct the address or URL of the signer in `operator` under `[keys]`, or load the operator key into the signer.',
  },
  KEYSTORE_LOCKED: {
    exit: 2,
    grpc: 'INVALID_ARGUMENT',
    advice:
      'Give the passphrase of this keystore: type it at the terminal, or name its place beside the keystore under `[keys]` (docs/keys.md).',
  },
} as const satisfies Record<string, ErrorEntry>
