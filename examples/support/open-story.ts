import { join } from 'node:path'
import { openSimulation } from '../../cli/simulate/open-simulation.ts'
import type { OpenSimulation } from '../../cli/simulate/open-simulation.ts'
import { silentLogger } from '../../src/core/index.ts'
import { attackByName } from '../../src/lab/attacks/index.ts'
import type { SimulatedMember } from '../../src/lab/simulation/index.ts'
import { parseTaskDocument } from '../../src/training/index.ts'
import type { BackendChoice } from '../../src/training/index.ts'
import { createProcessLearner, splitCommand } from '../../src/training/process/index.ts'
import type { PreparedStory, Story } from './story.ts'

/** Folder of the members' data within that of the story: one folder each. */
export const MEMBERS_FOLDER = 'members'

export interface OpenStoryOptions {
  /** Where the story was prepared. */
  folder: string
  rounds: number
  /** Fixes the order of samples and the rounding of updates. */
  seed: number
  backend: BackendChoice
  signal?: AbortSignal
}

/**
 * The simulation of a prepared story: the same members, programs and attacks that its consortium has. Dispose of it.
 *
 * @throws QuorateError as `openSimulation`
 */
export async function openStory(
  story: Pick<Story, 'attacks'>,
  { trainer, trainerOf }: PreparedStory,
  { folder, rounds, seed, backend, signal }: OpenStoryOptions,
): Promise<OpenSimulation> {
  const opened = await openSimulation(join(folder, 'task.toml'), {
    attacks: story.attacks.map((name) => ({ attack: attackByName(name), count: 1 })),
    division: { kind: 'folders' },
    folder: join(folder, MEMBERS_FOLDER),
    members: undefined,
    testSamples: 0,
    seed,
    rounds,
    backend,
    logger: silentLogger,
    ...(signal && { signal }),
    ...(trainer !== undefined && { trainer }),
  })
  if (trainer !== undefined || trainerOf === undefined) return opened
  return withPrograms(opened, trainerOf, { folder, seed })
}

/** Some members train with programs of their own beside others with the built-in learner, which `quorate simulate` does not offer. */
async function withPrograms(
  opened: OpenSimulation,
  trainerOf: NonNullable<PreparedStory['trainerOf']>,
  { folder, seed }: Pick<OpenStoryOptions, 'folder' | 'seed'>,
): Promise<OpenSimulation> {
  const { setup, files } = opened
  const { name: _name, tensors: _tensors, genesis: _genesis, ...training } = parseTaskDocument(files.documentJson)
  await using made = new AsyncDisposableStack()
  const members: SimulatedMember[] = []
  for (const [index, member] of setup.members.entries()) {
    const place = join(folder, MEMBERS_FOLDER, member.name)
    const command = trainerOf(index, place)
    if (command === undefined) {
      members.push(member)
      continue
    }
    const learner = await createProcessLearner({
      command: splitCommand(command),
      cwd: place,
      layout: setup.layout,
      training: JSON.stringify(training),
      seed: `${seed}/${member.name}`,
      logger: silentLogger,
    })
    made.use(learner)
    members.push({ ...member, learner })
  }
  const programs = made.move()
  return {
    ...opened,
    setup: { ...setup, members },
    [Symbol.dispose]() {
      void programs.disposeAsync()
      opened[Symbol.dispose]()
    },
  }
}
