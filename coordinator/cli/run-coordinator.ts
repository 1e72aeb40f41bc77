import { loadKey, readCoordinatorConfig } from '../../src/config/index.ts'
import { createNodeOutput, onInterrupt } from '../../src/console/index.ts'
import { startConfiguredApi } from '../../src/api/configured-api.ts'
import { createLogger, createMetrics, startMetricsServer } from '../../src/observe/index.ts'
import { NodeEvents, NodeStatus, openAccountKey, printEvents, startConfiguredOutlets, tellStory } from '../../src/node/index.ts'
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
  const output = createNodeOutput(json, config.log)
  const logger = createLogger({ name: 'coordinator', ...config.log })
  const metrics = createMetrics({ process: true })
  using interrupt = onInterrupt()
  const events = new NodeEvents(logger)
  if (json) printEvents(events, output)
  else tellStory(events, output)
  const status = new NodeStatus(events, { metrics })
  await using _observe = config.metrics.listen
    ? await startMetricsServer({ listen: config.metrics.listen, metrics, ready: async () => status.ready(), logger })
    : undefined
  await using outlets = await startConfiguredOutlets(events, { config, role: 'operator', logger })
  await using api = await startConfiguredApi({
    config,
    path,
    role: 'coordinator',
    events,
    metrics,
    ready: async () => status.ready(),
    logger,
  })
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
      tracer: outlets.tracer,
      events,
      decorate,
    },
    interrupt.signal,
  )
  api?.follow(coordinator.node)
  output.story(
    `Coordinating task ${config.task.id} on ${coordinator.address}; members need ${coordinator.certificatePath}. Press Ctrl-C to stop.`,
  )
  await interrupt.wait()
  output.story('Stopping. Nothing is lost.')
}
