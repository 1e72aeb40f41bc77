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
  PRIVACY_BUDGET_SPENT: {
    exit: 5,
    grpc: 'FAILED_PRECONDITION',
    advice:
      'The node goes on without training. `quorate member privacy` shows what was spent. More rounds cost more privacy: raise `epsilon` under `[privacy]` if the owners of the records agree, or train with more noise or smaller batches.',
  },
  PRIVACY_NOT_REPORTED: {
    exit: 5,
    grpc: 'FAILED_PRECONDITION',
    advice:
      'Let the program that trains add noise and send what it did with its result (docs/python.md shows it with Opacus). Or remove `[privacy]`: then the updates tell of your records.',
  },
  PRIVACY_NOISE: {
    exit: 5,
    grpc: 'FAILED_PRECONDITION',
    advice:
      'Let the program that trains add the noise that the node asks it for, or lower `noise` under `[privacy]` if the owners of the records agree: then fewer rounds fit into the budget.',
  },
  PRIVACY_LEDGER_OTHER: {
    exit: 2,
    grpc: 'FAILED_PRECONDITION',
    advice:
      'Name the ledger above as `ledger` under `[privacy]`: only that file says what this member has spent. If it was moved, name where it is now. If it is lost, put it back from a backup.',
  },
  PRIVACY_LEDGER_DAMAGED: {
    exit: 7,
    grpc: 'INTERNAL',
    advice:
      'Put the file above back from a backup: it says what this member has spent. Without a backup, remove privacy.json only if journal.db beside it is intact, and a shared ledger only if privacy.json of each node that shares it is intact: the nodes write it again.',
  },
} as const satisfies Record<string, ErrorEntry>
