import type { Command } from 'commander'
import { createKeyFile, loadKeyFile, readCoordinatorConfig } from '../../src/config/index.ts'
import { createOutput, onInterrupt } from '../../src/console/index.ts'
import { createLogger, createMetrics, startMetricsServer } from '../../src/observe/index.ts'
import { startCoordinator } from '../app.ts'

/** `quorate coordinator run`. */
export default function coordinatorCommand(program: Command): void {
  const command = program.command('coordinator').description('run an operator')
  command
    .command('run')
    .description('run until interrupted; one JSON line per event with --json')
    .requiredOption('--config <file>', 'configuration file (TOML)')
    .option('--json', 'print events as JSON lines', false)
    .action(async ({ config: path, json }: { config: string; json: boolean }) => {
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
          task: { id: config.task.id, specPath: config.task.spec, documentPath: config.task.document },
          operatorKey: await loadKeyFile(config.keys.operator),
          peerSeed: await loadKeyFile(config.keys.peer),
          grpc: config.grpc,
          p2p: config.p2p,
          dataFolder: config.data.folder,
          logger,
          metrics,
          onEvent: (event) => json && output.result(event),
        },
        interrupt.signal,
      )
      output.story(
        `Coordinating task ${config.task.id} on ${coordinator.address}; members need ${coordinator.certificatePath}. Ctrl-C ends.`,
      )
      await interrupt.wait()
      output.story('Stopping; nothing is lost.')
    })
  command
    .command('keygen')
    .description('make an operator key and a peer key')
    .requiredOption('--out <folder>', 'folder for operator.key and peer.key')
    .option('--json', 'print the result as JSON', false)
    .action(async ({ out, json }: { out: string; json: boolean }) => {
      await createKeyFile(`${out}/operator.key`)
      await createKeyFile(`${out}/peer.key`)
      createOutput(json).result(
        { event: 'keys', ok: true, operator: `${out}/operator.key`, peer: `${out}/peer.key` },
        `Wrote ${out}/operator.key and ${out}/peer.key`,
      )
    })
}
