import { z } from 'zod'
import { hostPortField, pathField } from './fields.ts'
import { readConfig } from './read-config.ts'
import { commonSections } from './sections.ts'

/** The back ends of `src/training`; a test keeps the two lists the same. */
export const BACKENDS = ['auto', 'tfjs-node-gpu', 'webgpu', 'tfjs-node', 'wasm', 'cpu'] as const

const share = {
  /** The same for all members, so that their shares are disjoint. */
  seed: z.int().min(0),
  members: z.int().min(1),
  /** Which share is this member's, from 0. */
  index: z.int().min(0),
}

/** Which samples of a public data set are this member's own: for demonstrations. A real member leaves it out and has its own data in its folder. */
function partitionSchema(folder: string) {
  return z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('dirichlet'), alpha: z.number().min(0.01).max(1000), ...share }),
      z.strictObject({ kind: z.literal('shards'), shards: z.int().min(1).max(1000), ...share }),
      z.strictObject({ kind: z.literal('gamma'), gamma: z.number().min(0).max(1), ...share }),
      /** A JSON array of sample numbers. */
      z.strictObject({ kind: z.literal('indices'), file: pathField(folder) }),
    ])
    .refine((partition) => partition.kind === 'indices' || partition.index < partition.members, {
      path: ['index'],
      message:
        'expected a number below members; a partition takes a share of a public data set, for demonstrations; leave it out to train on your own data',
    })
}

function trainingSchema(folder: string) {
  return z.strictObject({
    backend: z.enum(BACKENDS).default('auto'),
    /** The data set that this member means to train on. The task's document names it; another name here is refused. */
    dataset: z.string().min(1).optional(),
    /** The folder of this member's data; the package of the public data set if left out. */
    datasetDir: pathField(folder).optional(),
    partition: partitionSchema(folder).optional(),
    /**
     * Fixes the order of samples and the rounding of updates, for demonstrations and tests. Left out, both follow from the operator key. Members with equal
     * seeds and equal data send equal updates, and equal updates are all refused.
     */
    seed: z.int().min(0).optional(),
    /**
     * The command of a program that trains in place of the built-in learner, for example "python train.py" (docs/python.md). No shell reads it. It runs in the
     * folder of this file, and the fields above about back end and data set do not concern it.
     */
    trainer: z
      .string()
      .min(1, 'expected a command')
      .transform((command) => ({ command, folder }))
      .optional(),
    /** The folder that the program runs in; that of this file if left out. */
    trainerFolder: pathField(folder).optional(),
    /**
     * Whether the built-in learner trains in a process of its own, so that training never holds up the node. Many members on one machine share more memory
     * without.
     */
    ownProcess: z.boolean().default(true),
    /** Most memory of the program that trains and all that it starts, MiB; a program that takes more is ended. No limit if left out. */
    trainerMemoryMiB: z.int().min(64).optional(),
    /** Measures each verified model on the data set's test split. */
    evaluate: z.boolean().default(false),
    /** Tells the other members the metrics that the task names, signed, with the number of test samples (docs/results.md). Includes `evaluate`. */
    shareEvaluation: z.boolean().default(false),
  })
}

/**
 * One `[coordinator]`, or several `[[coordinator]]` where others stand by to take over. `ca`: the coordinator's certificate, or that of the authority
 * that issued it, as a PEM file.
 */
function coordinatorsSchema(folder: string) {
  const one = z.strictObject({ address: hostPortField, ca: pathField(folder) })
  return z.union([one.transform((single) => [single]), z.array(one).min(1, 'expected at least one').max(16)])
}

export function memberSchema(folder: string) {
  return z.strictObject({
    ...commonSections(folder, { keepRounds: 256 }),
    coordinator: coordinatorsSchema(folder),
    training: trainingSchema(folder).prefault({}),
    /** The node proves false claims wrong; the operator key needs native currency for gas. */
    watcher: z.strictObject({ enabled: z.boolean().default(true) }).prefault({}),
  })
}

type Schema = ReturnType<typeof memberSchema>
/** A member's configuration: every path absolute, every default filled in. */
export type MemberConfig = z.output<Schema>
/** What is written into the file. */
export type MemberConfigInput = z.input<Schema>

/** Reads a member's configuration file. CONFIG_NOT_FOUND, CONFIG_INVALID naming file and field. */
export async function readMemberConfig(path: string): Promise<MemberConfig> {
  return await readConfig(path, memberSchema)
}
