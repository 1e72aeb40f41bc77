import type { Command } from 'commander'
import { readCoordinatorConfig } from '../../src/config/index.ts'
import { onInterrupt } from '../../src/console/index.ts'
import { joinStake } from '../../src/node/actions/index.ts'
import { keygenCommand, printResult, stakeCommands, withNodeOptions } from '../../src/program/stake-commands.ts'
import type { NodeCommandOptions } from '../../src/program/stake-commands.ts'
import { initOperator } from './init.ts'
import type { InitOptions } from './init.ts'

const role = 'operator'

/** `quorate coordinator run | init | keygen | join | claim | leave | bond | withdraw`. */
export default function coordinatorCommand(program: Command): void {
  const command = program.command('coordinator').description('run the node of an operator')

  command
    .command('run')
    .description('run until interrupted; one JSON line per event with --json')
    .requiredOption('--config <file>', 'configuration file (TOML)')
    .option('--json', 'print events as JSON lines', false)
    .action(async ({ config: path, json }: NodeCommandOptions) =>
      (await import('./run-coordinator.ts')).runCoordinator({ path, json }),
    )

  command
    .command('init')
    .description('set up another operator of a task from the files of the first: keys, task files and coordinator.toml')
    .requiredOption('--from <folder>', 'folder with coordinator.toml and the task files of another operator')
    .requiredOption('--out <folder>', 'folder of the new operator')
    .option('--owner-key <file>', 'private key that owns the bond; a new one is made by default')
    .option(
      '--rpc <url>',
      'JSON-RPC URL, repeatable; those of the other operator by default',
      (url: string, before: string[]) => [...before, url],
      [],
    )
    .option('--grpc <host:port>', 'address on which the coordinator will listen for members', '0.0.0.0:7050')
    .option('--p2p <multiaddr>', 'address on which the coordinator will listen for peers', '/ip4/0.0.0.0/tcp/4001')
    .option('--json', 'print the result as JSON', false)
    .action(async ({ json, ...options }: InitOptions & { json: boolean }) => printResult(json, await initOperator(options)))

  keygenCommand(command)

  withNodeOptions(command.command('join'))
    .description(
      'join the task: bond what is missing, register the node keys and put stake at risk; repeat to add stake or rotate keys',
    )
    .option('--amount <tokens>', 'tokens to put at risk in the task', '0')
    .option('--gas <amount>', 'native currency to send from the owner to the operator key, which pays for posts', '0')
    .action(async ({ config: path, json, amount, gas }: NodeCommandOptions & { amount: string; gas: string }) => {
      const config = await readCoordinatorConfig(path)
      using interrupt = onInterrupt()
      printResult(json, await joinStake(config, { role, amount, gas, signal: interrupt.signal }))
    })

  stakeCommands(command, {
    role,
    read: readCoordinatorConfig,
    claims: "collect the operator's share of the rewards; the node may run meanwhile",
  })
}
