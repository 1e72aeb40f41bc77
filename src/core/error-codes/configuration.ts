import type { ErrorEntry } from './error-entry.ts'
import { KEY_ERRORS } from './keys.ts'

/** Errors of a command line and of a configuration file. */
export const CONFIGURATION_ERRORS = {
  CONFIG_INVALID: {
    exit: 2,
    grpc: 'INVALID_ARGUMENT',
    advice: 'Correct the named field in the configuration file and start again.',
  },
  CONFIG_NOT_FOUND: { exit: 2, grpc: 'NOT_FOUND', advice: 'Pass the path of an existing file; a node takes it with `--config`.' },
  USAGE: { exit: 2, grpc: 'INVALID_ARGUMENT', advice: 'Run the command with `--help` to see its options.' },
  FLAG_INVALID: {
    exit: 2,
    grpc: 'INVALID_ARGUMENT',
    advice: 'Correct the option above; the command with `--help` lists what each option takes.',
  },
  ...KEY_ERRORS,
  TLS_INVALID: {
    exit: 2,
    grpc: 'FAILED_PRECONDITION',
    advice:
      'Use a PEM certificate and the key that belongs to it. A coordinator without both files makes new ones; give its members the new certificate.',
  },
  PARAMETER_OUT_OF_BOUNDS: {
    exit: 2,
    grpc: 'INVALID_ARGUMENT',
    advice: 'Propose a value within the bounds that `quorate gov params` lists; the contracts fix these bounds.',
  },
} as const satisfies Record<string, ErrorEntry>
