import type { ErrorEntry } from './error-entry.ts'

/** Errors of differential privacy: a part of the catalogue (`error-codes.ts`). */
export const PRIVACY_ERRORS = {
  PRIVACY_PARAMETER: {
    exit: 2,
    grpc: 'INVALID_ARGUMENT',
    advice: 'Correct the number above: docs/privacy.md lists what each number of the accountant means and which values it takes.',
  },
  MASK_KEY_INVALID: {
    exit: 3,
    grpc: 'FAILED_PRECONDITION',
    advice: 'Register a key for masks that this node made: 32 bytes of X25519. Until then its owner has no row in masked rounds.',
  },
  PRIVACY_UNREACHABLE: {
    exit: 2,
    grpc: 'FAILED_PRECONDITION',
    advice: 'Ask for a larger epsilon or delta, fewer rounds, or smaller batches: `quorate privacy plan` shows what each costs.',
  },
  PRIVACY_MODEL: {
    exit: 5,
    grpc: 'FAILED_PRECONDITION',
    advice:
      'Ask the founder for a task without this layer, for example with layer normalisation instead; or train without noise: remove `[privacy]`. Then the updates tell of your records.',
  },
} as const satisfies Record<string, ErrorEntry>
