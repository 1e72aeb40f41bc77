import type { Command } from 'commander'
import { createKeyFile } from '../../src/config/index.ts'
import { createOutput } from '../../src/console/index.ts'
import { runCoordinator } from './run-coordinator.ts'

/** `quorate coordinator run`. */
export default function coordinatorCommand(program: Command): void {
  const command = program.command('coordinator').description('run an operator')
  command
    .command('run')
    .description('run until interrupted; one JSON line per event with --json')
    .requiredOption('--config <file>', 'configuration file (TOML)')
    .option('--json', 'print events as JSON lines', false)
    .action(async ({ config: path, json }: { config: string; json: boolean }) => runCoordinator({ path, json }))
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
