import { loadKey, readMemberConfig } from '../../src/config/index.ts'
import { openAccountKey } from '../../src/account/index.ts'
import { openProgram } from '../../src/program/index.ts'
import type { TrainerFactory } from '../../src/training/index.ts'
import { startParticipant } from '../app.ts'
import type { MemberTraining } from '../member-data.ts'

export interface RunMemberOptions {
  /** The configuration file. */
  path: string
  /** One JSON line per event on stdout. */
  json: boolean
  /** Command of a program that trains, run in the current folder; what the configuration says if left out. */
  trainer?: string
  /** Makes the trainer in place of `createTfjsTrainer`; only demonstrations and tests have one. */
  createTrainer?: TrainerFactory
  /** The same around the learner of a program. */
  around?: MemberTraining['around']
  /** A trainer in place of all that the configuration says of training; only measurements have one. */
  ready?: MemberTraining['ready']
}

/**
 * Runs a member from its configuration file until interrupted.
 *
 * @throws QuorateError what reading the configuration and `startParticipant` throw
 */
export async function runMember({ path, json, trainer, createTrainer, around, ready }: RunMemberOptions): Promise<void> {
  const config = await readMemberConfig(path)
  const { trainer: configured, trainerFolder, ...training } = config.training
  await using program = await openProgram({ config, path, role: 'member', json })
  const { output, logger, metrics, events, interrupt, tracer } = program
  await using member = await startParticipant(
    {
      chain: config.chain,
      task: config.task.id,
      operatorKey: await openAccountKey(config.keys.operator),
      peerSeed: await loadKey(config.keys.peer),
      coordinators: config.coordinator.map(({ address, ca }) => ({ address, caPath: ca })),
      p2p: config.p2p,
      dataFolder: config.state.folder,
      keepRounds: config.state.keepRounds,
      gram: config.engine.gram,
      training: {
        ...training,
        privacy: config.privacy,
        evaluate: training.evaluate || training.shareEvaluation,
        ...(configured && { trainer: { ...configured, folder: trainerFolder ?? configured.folder } }),
        ...(trainer !== undefined && { trainer: { command: trainer, folder: process.cwd() } }),
        createTrainer,
        around,
        ready,
      },
      watch: config.watcher.enabled,
      logger,
      metrics,
      tracer,
      events,
    },
    interrupt.signal,
  )
  program.api?.follow(member.node)
  output.story(`Member ${member.member} takes part in task ${config.task.id}. Press Ctrl-C to stop.`)
  const gone = await Promise.race([interrupt.wait(), member.gone])
  if (gone) throw gone
  output.story('Stopping. Nothing is lost.')
}
