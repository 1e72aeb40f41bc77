import type { ErrorEntry } from './error-entry.ts'

/** Errors of a program of the member's own that trains: a part of the catalogue (`error-codes.ts`). */
export const TRAINER_ERRORS = {
  TRAINER_CRASHED: {
    exit: 5,
    grpc: 'INTERNAL',
    advice:
      'Read the last lines above, run the command of `trainer` under `[training]` by hand in the same environment, and mend it. The node starts it again for the next round.',
  },
  TRAINER_TIMEOUT: {
    exit: 5,
    grpc: 'DEADLINE_EXCEEDED',
    advice:
      'Let the program ask for work sooner, call round.progress() in its loop and send what it has when that says False; or train fewer steps in a round.',
  },
  TRAINER_MEMORY: {
    exit: 5,
    grpc: 'RESOURCE_EXHAUSTED',
    advice: 'Train with smaller batches, or raise `trainerMemoryMiB` under `[training]`.',
  },
  TRAINER_TENSOR: {
    exit: 5,
    grpc: 'INVALID_ARGUMENT',
    advice:
      'Send each tensor of the task document once, with its name and shape, as float32. Keep integer buffers and other state of your own in your program.',
  },
  TRAINER_FAILED: {
    exit: 5,
    grpc: 'FAILED_PRECONDITION',
    advice: 'The program that trains could not do the job for the reason above. Mend the reason; the next round asks again.',
  },
} as const satisfies Record<string, ErrorEntry>
