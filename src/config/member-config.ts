import { z } from 'zod'
import { defaultListen } from './default-listen.ts'
import { hostPortField, pathField } from './fields.ts'
import { privacySection } from './privacy-section.ts'
import { readConfig } from './read-config.ts'
import { commonSections } from './sections.ts'

/** The back ends of `src/training`; a test keeps the two lists the same. */
export const BACKENDS = ['auto', 'tfjs-node-gpu', 'webgpu', 'tfjs-node', 'wasm', 'cpu'] as const

const share = {
  seed: z.int().min(0).describe('The same for all members, so that their shares are disjoint.'),
  members: z.int().min(1),
  index: z.int().min(0).describe("Which share is this member's, from 0."),
}

/** Which samples of a public data set are this member's own: for demonstrations. A real member leaves it out and has its own data in its folder. */
function partitionSchema(folder: string) {
  return z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('dirichlet'), alpha: z.number().min(0.01).max(1000), ...share }),
      z.strictObject({ kind: z.literal('shards'), shards: z.int().min(1).max(1000), ...share }),
      z.strictObject({ kind: z.literal('gamma'), gamma: z.number().min(0).max(1), ...share }),
      z.strictObject({ kind: z.literal('indices'), file: pathField(folder).describe('A JSON array of sample numbers.') }),
    ])
    .refine((partition) => partition.kind === 'indices' || partition.index < partition.members, {
      path: ['index'],
      message:
        'expected a number below members; a partition takes a share of a public data set, for demonstrations; leave it out to train on your own data',
    })
}

function trainingSchema(folder: string) {
  return z.strictObject({
    backend: z
      .enum(BACKENDS)
      .default('auto')
      .describe('What trains. `auto` takes the fastest that starts; `quorate doctor` says which that is.'),
    dataset: z
      .string()
      .min(1)
      .meta({ example: 'mnist' })
      .optional()
      .describe('Data set that this member means to train on. A task that names another one is refused.'),
    datasetDir: pathField(folder)
      .meta({ example: 'records.csv' })
      .optional()
      .describe("File or folder of this member's own data ([data.md](data.md)). Left out: the package of the public data set."),
    partition: partitionSchema(folder)
      .meta({ example: { kind: 'dirichlet', alpha: 1, seed: 1, members: 3, index: 0 } })
      .optional()
      .describe('Share of a public data set, for demonstrations; left out, all records are the own ones.'),
    seed: z
      .int()
      .min(0)
      .meta({ example: 1 })
      .optional()
      .describe(
        'Fixes the order of samples and the rounding of updates, for demonstrations and tests.\nLeft out, both follow from the operator key. Members with equal seeds and equal data send equal updates, and equal updates are all refused.',
      ),
    trainer: z
      .string()
      .min(1, 'expected a command')
      .transform((command) => ({ command, folder }))
      .meta({ form: 'command', example: 'python train.py' })
      .optional()
      .describe(
        'Command of a program that trains in place of the built-in learner ([python.md](python.md)).\nNo shell reads it. The fields above about back end and data set do not concern it.',
      ),
    trainerFolder: pathField(folder)
      .meta({ example: '.' })
      .optional()
      .describe('Folder that the program runs in; that of this file if left out.'),
    ownProcess: z
      .boolean()
      .default(true)
      .describe(
        'Whether the built-in learner trains in a process of its own.\nTraining then never holds up the node, and a crash costs one round. Many members on one machine share more memory without.',
      ),
    trainerMemoryMiB: z
      .int()
      .min(64)
      .meta({ unit: 'MiB', example: 4096 })
      .optional()
      .describe(
        'Most memory of the program that trains, and of all that it starts.\nA program that takes more is ended. No limit if left out.',
      ),
    evaluate: z.boolean().default(false).describe('Measures each verified model on the test split.'),
    shareEvaluation: z
      .boolean()
      .default(false)
      .describe(
        'Tells the other members the metrics that the task names, signed ([results.md](results.md)). Includes `evaluate`.',
      ),
  })
}

/** One `[coordinator]`, or several `[[coordinator]]` where others stand by to take over. */
function coordinatorsSchema(folder: string) {
  const one = z.strictObject({
    address: hostPortField.meta({ example: 'coordinator.example.org:7050' }).describe('Where the coordinator serves members.'),
    ca: pathField(folder)
      .meta({ example: 'operators/coordinator.pem' })
      .describe("The coordinator's certificate, or that of the authority that issued it, as a PEM file."),
  })
  return z.union([one.transform((single) => [single]), z.array(one).min(1, 'expected at least one').max(16)])
}

/** Schema of `member.toml`. Paths begin at `folder`. */
export function memberSchema(folder: string) {
  const sections = z.strictObject({
    ...commonSections(folder, { keepRounds: 256 }),
    coordinator: coordinatorsSchema(folder).describe(
      'The operators of the task: one `[coordinator]`, or up to 16 `[[coordinator]]` where others stand by to take over.',
    ),
    training: trainingSchema(folder)
      .prefault({})
      .describe('What the member trains on, and how ([What a member trains on](operations.md#what-a-member-trains-on)).'),
    privacy: privacySection(folder).optional(),
    watcher: z
      .strictObject({
        enabled: z.boolean().default(true).describe('Whether the node proves false claims wrong. The operator key pays the gas.'),
      })
      .prefault({})
      .describe('Disputes ([Disputing claims](operations.md#disputing-claims)).'),
  })
  return sections.refine(({ privacy, training }) => !privacy || !training.shareEvaluation, {
    path: ['training', 'shareEvaluation'],
    message:
      'tells others what the model does on your held-out records, and no noise hides one of them: remove it, or remove [privacy]',
  })
}

/** Fills in what follows from other fields. */
const complete = (folder: string) =>
  memberSchema(folder).transform(({ p2p, ...config }) => ({
    ...config,
    p2p: { ...p2p, listen: p2p.listen ?? [defaultListen(config.coordinator.map(({ address }) => address))] },
  }))

type Schema = ReturnType<typeof complete>
/** A member's configuration: every path absolute, every default filled in. */
export type MemberConfig = z.output<Schema>
/** What is written into the file. */
export type MemberConfigInput = z.input<Schema>

/** Reads a member's configuration file. CONFIG_NOT_FOUND, CONFIG_INVALID naming file and field. */
export async function readMemberConfig(path: string): Promise<MemberConfig> {
  return await readConfig(path, complete)
}
