import { loadKey, readCoordinatorConfig } from '../../src/config/index.ts'
import { openAccountKey } from '../../src/account/index.ts'
import { openProgram } from '../../src/program/index.ts'
import { startCoordinator } from '../app.ts'
import type { CoordinatorOptions } from '../app.ts'

/**
 * Runs an operator from its configuration file until interrupted.
 *
 * @param decorate changes the duties; only drills do
 * @throws QuorateError what reading the configuration and `startCoordinator` throw
 */
export async function runCoordinator({
  path,
  json,
  decorate,
}: {
  path: string
  json: boolean
  decorate?: CoordinatorOptions['decorate']
}): Promise<void> {
  const config = await readCoordinatorConfig(path)
  await using program = await openProgram({ config, path, role: 'coordinator', json })
  const { output, logger, metrics, events, interrupt, tracer } = program
  await using coordinator = await startCoordinator(
    {
      chain: config.chain,
      task: {
        id: config.task.id,
        specPath: config.task.spec,
        documentPath: config.task.document,
        genesisPath: config.task.genesis,
      },
      operatorKey: await openAccountKey(config.keys.operator),
      peerSeed: await loadKey(config.keys.peer),
      grpc: config.grpc,
      p2p: config.p2p,
      dataFolder: config.state.folder,
      keepRounds: config.state.keepRounds,
      gram: config.engine.gram,
      logger,
      metrics,
      tracer,
      events,
      decorate,
    },
    interrupt.signal,
  )
  program.api?.follow(coordinator.node)
  output.story(
    `Coordinating task ${config.task.id} on ${coordinator.address}; members need ${coordinator.certificatePath}. Press Ctrl-C to stop.`,
  )
  await interrupt.wait()
  output.story('Stopping. Nothing is lost.')
}
