import { loadKeyFile, readCoordinatorConfig } from '../../src/config/index.ts'
import { createOutput, onInterrupt } from '../../src/console/index.ts'
import { createLogger, createMetrics, startMetricsServer } from '../../src/observe/index.ts'
import { startCoordinator } from '../app.ts'
import type { ClaimFault } from '../rounds/claim-fault.ts'

/**
 * Runs an operator from its configuration file until interrupted.
 *
 * @param fault a lie to tell; only drills have one
 * @throws QuorateError what reading the configuration and `startCoordinator` throw
 */
export async function runCoordinator({ path, json, fault }: { path: string; json: boolean; fault?: ClaimFault }): Promise<void> {
  const config = await readCoordinatorConfig(path)
  const output = createOutput(json)
  const logger = createLogger({ name: 'coordinator', ...config.log })
  const metrics = createMetrics({ process: true })
  using interrupt = onInterrupt()
  await using _observe = config.metrics.listen
    ? await startMetricsServer({ listen: config.metrics.listen, metrics, logger })
    : undefined
  await using coordinator = await startCoordinator(
    {
      chain: config.chain,
      task: {
        id: config.task.id,
        specPath: config.task.spec,
        documentPath: config.task.document,
        genesisPath: config.task.genesis,
      },
      operatorKey: await loadKeyFile(config.keys.operator),
      peerSeed: await loadKeyFile(config.keys.peer),
      grpc: config.grpc,
      p2p: config.p2p,
      dataFolder: config.data.folder,
      gram: config.engine.gram,
      logger,
      metrics,
      onEvent: (event) => json && output.result(event),
      fault,
    },
    interrupt.signal,
  )
  output.story(
    `Coordinating task ${config.task.id} on ${coordinator.address}; members need ${coordinator.certificatePath}. Ctrl-C ends.`,
  )
  await interrupt.wait()
  output.story('Stopping; nothing is lost.')
}
