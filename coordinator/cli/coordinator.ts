import type { Command } from 'commander'
import { readCoordinatorConfig } from '../../src/config/index.ts'
import { createOutput, onInterrupt } from '../../src/console/index.ts'
import { bondStake, collectRewards, joinStake, leaveStake, makeKeys, withdrawStake } from '../../src/node/index.ts'
import type { CommandResult } from '../../src/node/index.ts'
import { initOperator } from './init.ts'
import type { InitOptions } from './init.ts'
import { runCoordinator } from './run-coordinator.ts'

interface Common {
  config: string
  json: boolean
}

function withCommon(command: Command): Command {
  return command
    .requiredOption('--config <file>', 'configuration file (TOML)')
    .option('--json', 'print the result as JSON', false)
}

const role = 'operator'
const print = (json: boolean, { result, text }: CommandResult): void => createOutput(json).result(result, text)

/** `quorate coordinator run | init | keygen | join | claim | leave | bond | withdraw`. */
export default function coordinatorCommand(program: Command): void {
  const command = program.command('coordinator').description('run the node of an operator')

  command
    .command('run')
    .description('run until interrupted; one JSON line per event with --json')
    .requiredOption('--config <file>', 'configuration file (TOML)')
    .option('--json', 'print events as JSON lines', false)
    .action(async ({ config: path, json }: Common) => runCoordinator({ path, json }))

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
    .action(async ({ json, ...options }: InitOptions & { json: boolean }) => print(json, await initOperator(options)))

  command
    .command('keygen')
    .description('make an operator key and a peer key')
    .requiredOption('--out <folder>', 'folder for operator.key and peer.key')
    .option('--owner', 'make owner.key, too', false)
    .option('--json', 'print the result as JSON', false)
    .action(async ({ out, owner, json }: { out: string; owner: boolean; json: boolean }) =>
      print(json, await makeKeys(out, { owner })),
    )

  withCommon(command.command('join'))
    .description(
      'join the task: bond what is missing, register the node keys and put stake at risk; repeat to add stake or rotate keys',
    )
    .option('--amount <tokens>', 'tokens to put at risk in the task', '0')
    .option('--gas <amount>', 'native currency to send from the owner to the operator key, which pays for posts', '0')
    .action(async ({ config: path, json, amount, gas }: Common & { amount: string; gas: string }) => {
      const config = await readCoordinatorConfig(path)
      using interrupt = onInterrupt()
      print(json, await joinStake(config, { role, amount, gas, signal: interrupt.signal }))
    })

  withCommon(command.command('claim'))
    .description("collect the operator's share of the rewards; the node may run meanwhile")
    .action(async ({ config: path, json }: Common) => {
      const config = await readCoordinatorConfig(path)
      using interrupt = onInterrupt()
      print(json, await collectRewards(config, { signal: interrupt.signal }))
    })

  withCommon(command.command('leave'))
    .description('leave the task: the stake stops counting at once, and is free after the unbonding delay')
    .action(async ({ config: path, json }: Common) => {
      const config = await readCoordinatorConfig(path)
      using interrupt = onInterrupt()
      print(json, await leaveStake(config, { role, signal: interrupt.signal }))
    })

  withCommon(command.command('bond'))
    .description('add to the free bond, which is at risk in no task, and register the node keys')
    .option('--amount <tokens>', 'tokens to add to the bond', '0')
    .option('--gas <amount>', 'native currency to send from the owner to the operator key', '0')
    .action(async ({ config: path, json, amount, gas }: Common & { amount: string; gas: string }) => {
      const config = await readCoordinatorConfig(path)
      using interrupt = onInterrupt()
      print(json, await bondStake(config, { amount, gas, signal: interrupt.signal }))
    })

  withCommon(command.command('withdraw'))
    .description('pay out the free bond, with what has left the task long enough')
    .option('--amount <tokens>', 'tokens to pay out, or "all"', 'all')
    .action(async ({ config: path, json, amount }: Common & { amount: string }) => {
      const config = await readCoordinatorConfig(path)
      using interrupt = onInterrupt()
      print(json, await withdrawStake(config, { amount, signal: interrupt.signal }))
    })
}
