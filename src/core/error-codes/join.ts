import type { ErrorEntry } from './error-entry.ts'

/** Errors of an invitation and of joining by it: a part of the catalogue (`error-codes.ts`). */
export const JOIN_ERRORS = {
  INVITATION_INVALID: {
    exit: 2,
    grpc: 'FAILED_PRECONDITION',
    advice:
      'Put no stake into this task before the difference above is explained. Ask the founder for a new invitation, which `quorate invite` writes.',
  },
  INVITATION_EXPIRED: {
    exit: 2,
    grpc: 'FAILED_PRECONDITION',
    advice: 'Ask the founder for a new invitation, which `quorate invite --days` writes.',
  },
  CERTIFICATE_UNCONFIRMED: {
    exit: 2,
    grpc: 'UNAUTHENTICATED',
    advice:
      'Compare the fingerprint above with the operator by another way, such as a telephone call. If they are the same, run `quorate member join` again with `--fingerprint` and it.',
  },
  FUNDS_MISSING: {
    exit: 4,
    grpc: 'FAILED_PRECONDITION',
    advice: 'Send the amounts above to the named address, and run the same command again: it goes on where it stood.',
  },
} as const satisfies Record<string, ErrorEntry>
