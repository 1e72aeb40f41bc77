import type { ErrorEntry } from './error-entry.ts'

/** Errors of the state folder. */
export const STORAGE_ERRORS = {
  STORAGE_FULL: { exit: 7, grpc: 'RESOURCE_EXHAUSTED', advice: 'Free disk space and start again. The journal is intact.' },
  STORAGE_FAILED: {
    exit: 7,
    grpc: 'INTERNAL',
    advice: 'Check the state folder: it must exist, it must be writable, and only one process may use it.',
  },
  STORAGE_DAMAGED: {
    exit: 7,
    grpc: 'INTERNAL',
    advice:
      'A file in the state folder is not what the node wrote. The node moved it to the folder named damaged beside it and takes the bytes from peers, or computes them again. Check the disk and the memory of this machine if it happens twice.',
  },
  STORAGE_LOCKED: {
    exit: 7,
    grpc: 'FAILED_PRECONDITION',
    advice: 'Stop the other process that uses this state folder, or choose another folder.',
  },
  JOURNAL_CORRUPT: {
    exit: 7,
    grpc: 'INTERNAL',
    advice:
      'Move journal.db out of the state folder and start again. The node then says nothing in the open round, and takes part in the next. Do not restore an old copy. Stake and keys are on chain and safe.',
  },
} as const satisfies Record<string, ErrorEntry>
