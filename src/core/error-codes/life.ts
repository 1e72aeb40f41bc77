import type { ErrorEntry } from './error-entry.ts'

/** Errors of the process itself. */
export const LIFE_ERRORS = {
  CANCELLED: { exit: 130, grpc: 'CANCELLED', advice: 'Start again when ready. Nothing is lost.' },
  THREAD_LOST: {
    exit: 1,
    grpc: 'INTERNAL',
    advice: 'A node retries by itself. If this error repeats, give the process more memory.',
  },
  GPU_UNUSABLE: {
    exit: 1,
    grpc: 'INTERNAL',
    advice:
      'Update the driver. Meanwhile the processor computes the same numbers. To use no GPU, set `gram` under `[engine]` to wasm, or leave out `--gram` of `quorate audit`.',
  },
  PROCESS_FAILED: { exit: 1, grpc: 'INTERNAL', advice: 'Read the log file above.' },
  INTERNAL: { exit: 1, grpc: 'INTERNAL', advice: 'This is a defect: report it with the log.' },
} as const satisfies Record<string, ErrorEntry>
