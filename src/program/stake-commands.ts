import type { Command } from 'commander'
import type { CoordinatorConfig, MemberConfig } from '../config/index.ts'
import { createOutput, onInterrupt } from '../console/index.ts'
import { bondStake, collectRewards, leaveStake, makeKeys, withdrawStake } from '../node/actions/index.ts'
import type { CommandResult } from '../node/index.ts'

/** What every command of a node takes. */
export interface NodeCommandOptions {
  /** The configuration file. */
  config: string
  json: boolean
}

export interface StakeCommandsOptions {
  role: 'operator' | 'member'
  /** Reads the configuration file. */
  read: (path: string) => Promise<CoordinatorConfig | MemberConfig>
  /** What `claim` says of itself. */
  claims: string
}

/** Adds the options that every command of a node takes. */
export function withNodeOptions(command: Command): Command {
  return command
    .requiredOption('--config <file>', 'configuration file (TOML)')
    .option('--json', 'print the result as JSON', false)
}

export function printResult(json: boolean, { result, text }: CommandResult): void {
  createOutput(json).result(result, text)
}

/** `keygen` of `quorate coordinator` and `quorate member`. */
export function keygenCommand(command: Command): void {
  command
    .command('keygen')
    .description('make an operator key and a peer key')
    .requiredOption('--out <folder>', 'folder for operator.key and peer.key')
    .option('--owner', 'make owner.key, too', false)
    .option('--json', 'print the result as JSON', false)
    .action(async ({ out, owner, json }: { out: string; owner: boolean; json: boolean }) =>
      printResult(json, await makeKeys(out, { owner })),
    )
}

/** `claim`, `leave`, `bond` and `withdraw` of `quorate coordinator` and `quorate member`. */
export function stakeCommands(command: Command, { role, read, claims }: StakeCommandsOptions): void {
  withNodeOptions(command.command('claim'))
    .description(claims)
    .action(async ({ config: path, json }: NodeCommandOptions) => {
      const config = await read(path)
      using interrupt = onInterrupt()
      printResult(json, await collectRewards(config, { signal: interrupt.signal }))
    })

  withNodeOptions(command.command('leave'))
    .description('leave the task: the stake stops counting at once, and is free after the unbonding delay')
    .action(async ({ config: path, json }: NodeCommandOptions) => {
      const config = await read(path)
      using interrupt = onInterrupt()
      printResult(json, await leaveStake(config, { role, signal: interrupt.signal }))
    })

  withNodeOptions(command.command('bond'))
    .description('add to the free bond, which is at risk in no task, and register the node keys')
    .option('--amount <tokens>', 'tokens to add to the bond', '0')
    .option('--gas <amount>', 'native currency to send from the owner to the operator key', '0')
    .action(async ({ config: path, json, amount, gas }: NodeCommandOptions & { amount: string; gas: string }) => {
      const config = await read(path)
      using interrupt = onInterrupt()
      printResult(json, await bondStake(config, { amount, gas, signal: interrupt.signal }))
    })

  withNodeOptions(command.command('withdraw'))
    .description('pay out the free bond, with what has left the task long enough')
    .option('--amount <tokens>', 'tokens to pay out, or "all"', 'all')
    .action(async ({ config: path, json, amount }: NodeCommandOptions & { amount: string }) => {
      const config = await read(path)
      using interrupt = onInterrupt()
      printResult(json, await withdrawStake(config, { amount, signal: interrupt.signal }))
    })
}
