import type { ErrorEntry } from './error-entry.ts'
import { TRAINER_ERRORS } from './trainer.ts'

/** Errors of data, models and training. */
export const DATA_ERRORS = {
  DATASET_NOT_FOUND: {
    exit: 5,
    grpc: 'NOT_FOUND',
    advice:
      'Install the data set above, or set its folder: `datasetDir` under `[training]` of a member, `--dataset-dir` of `quorate lab`.',
  },
  DATASET_CORRUPT: {
    exit: 5,
    grpc: 'INTERNAL',
    advice: 'Reinstall the data set, or mend the file above: its bytes do not match its header.',
  },
  DATA_SCHEMA: {
    exit: 5,
    grpc: 'INVALID_ARGUMENT',
    advice: 'Correct the fields above in the data schema of the task (docs/data.md lists what each takes).',
  },
  DATA_SCHEMA_DIFFERS: {
    exit: 5,
    grpc: 'FAILED_PRECONDITION',
    advice: 'Use the data schema of the task, and the tokeniser that it names: all members must read their records alike.',
  },
  DATA_COLUMN_MISSING: {
    exit: 5,
    grpc: 'FAILED_PRECONDITION',
    advice: 'Add or rename the column, or let the founder set a rule for missing values in the schema of the column.',
  },
  DATA_LABEL_UNKNOWN: {
    exit: 5,
    grpc: 'FAILED_PRECONDITION',
    advice: 'Rename the label as the schema writes it, or remove its records. Labels must match exactly.',
  },
  DATA_VALUE: {
    exit: 5,
    grpc: 'INVALID_ARGUMENT',
    advice: 'Correct the value in the record above: `quorate data check` lists every such record.',
  },
  DATA_UNREADABLE: {
    exit: 5,
    grpc: 'INVALID_ARGUMENT',
    advice: 'Mend the file above or remove it: `quorate data check` lists every such file.',
  },
  DATA_TOO_FEW: {
    exit: 5,
    grpc: 'FAILED_PRECONDITION',
    advice: 'Add records: `quorate data check` shows how many there are of each label.',
  },
  BACKEND_UNAVAILABLE: {
    exit: 5,
    grpc: 'FAILED_PRECONDITION',
    advice:
      'Install the package above, or choose another back end (auto, webgpu, wasm, cpu): `backend` under `[training]` of a member, `--backend` of `quorate demo` and `quorate lab`. `quorate doctor` says what this machine has.',
  },
  MODEL_MISMATCH: {
    exit: 5,
    grpc: 'FAILED_PRECONDITION',
    advice: 'Use the model that the task document names. Its tensors must match the task specification.',
  },
  MODEL_NOT_FOUND: {
    exit: 5,
    grpc: 'NOT_FOUND',
    advice: 'Pass a round with a claim, or the root of its model; `quorate status` shows the newest.',
  },
  EXPORT_UNSUPPORTED: {
    exit: 5,
    grpc: 'FAILED_PRECONDITION',
    advice: 'Export to safetensors, which holds the tensors of every model, or use another format (docs/results.md).',
  },
  TRAINING_DIVERGED: { exit: 5, grpc: 'INTERNAL', advice: 'Lower the learning rate or check the data. No update was sent.' },
  ...TRAINER_ERRORS,
  UPDATE_LENGTH: {
    exit: 5,
    grpc: 'INVALID_ARGUMENT',
    advice: 'Send an update with the padded length of the task specification.',
  },
  UPDATE_VALUE: {
    exit: 5,
    grpc: 'INVALID_ARGUMENT',
    advice: 'Send int8 values in -127…127, with zeros as padding.',
  },
  UPDATE_NORM: {
    exit: 5,
    grpc: 'INVALID_ARGUMENT',
    advice:
      'Keep the squared norm of the update within the bounds of the task specification: check the learning rate and the local steps.',
  },
  RULE_UNSAFE: {
    exit: 5,
    grpc: 'FAILED_PRECONDITION',
    advice: 'Admit more members, lower the tolerated Byzantine share, or choose another rule.',
  },
  RULE_NOT_PROVABLE: {
    exit: 5,
    grpc: 'FAILED_PRECONDITION',
    advice: 'Use a rule from the list above, such as nnmGm (robust) or mean (no filter). `quorate lab` runs the other rules.',
  },
  SPEC_INVALID: { exit: 5, grpc: 'INVALID_ARGUMENT', advice: 'Correct the named field of the task specification.' },
  SPEC_OUT_OF_BOUNDS: {
    exit: 5,
    grpc: 'FAILED_PRECONDITION',
    advice:
      'Choose a value within the bounds above if the task is yours. Put no stake into a task of others with such a specification: a false claim may have no proof there (docs/protocol.md §7).',
  },
  TASK_MISMATCH: {
    exit: 2,
    grpc: 'FAILED_PRECONDITION',
    advice: 'Set `[task] id` to the task that you want to join, or `[coordinator] address` to a coordinator of that task.',
  },
  SPEC_MISMATCH: {
    exit: 5,
    grpc: 'FAILED_PRECONDITION',
    advice: 'Do not join this coordinator: its specification is not the one that the chain names.',
  },
} as const satisfies Record<string, ErrorEntry>
