import { join } from 'node:path'
import { InvalidArgumentError, Option } from 'commander'
import type { Command } from 'commander'
import { readNodeConfig } from '../src/config/index.ts'
import type { NodeConfig } from '../src/config/index.ts'
import { QuorateError } from '../src/core/index.ts'
import type { Address } from '../src/protocol/index.ts'
import { address, rpcOption, wholeNumber } from './chain-options.ts'

/** What the options of `withSource` and `withNode` give. */
export interface SourceFlags {
  config?: string
  rpc?: readonly string[]
  ledger?: Address
  chainId?: number
  task?: bigint
  fromBlock?: bigint
  state?: string
  evidence?: string
  json: boolean
}

/** A task that a command reads, and the files of a node that it looks into. */
export interface TaskSource {
  rpc: readonly string[]
  ledger: Address
  /** Undefined accepts any chain. */
  chainId: number | undefined
  task: bigint
  fromBlock: bigint
  /** State folder of a node. */
  state: string | undefined
  /** Evidence folder of a node; that of the state folder, unless another one was named. */
  evidence: string | undefined
  /** The node whose configuration named all this. */
  config: NodeConfig | undefined
}

/** Options of commands that read a task: the configuration of a node, or chain, ledger, task and folders one by one. */
export function withSource(command: Command): Command {
  return withOptions(command, [
    new Option('--task <id>', 'task number (default: that of --config, or 1)').argParser(wholeBigint),
    new Option('--evidence <folder>', 'evidence folder of any node, with subfolders <task>/<round>/'),
  ])
}

/** The same for commands that name the task, and files beside the state folder, in another way. */
export function withNode(command: Command): Command {
  return withOptions(command, [])
}

function withOptions(command: Command, more: readonly Option[]): Command {
  command
    .option('--config <file>', 'member.toml or coordinator.toml, which names chain, ledger, task and state folder')
    .addOption(rpcOption('without --config: JSON-RPC URL of any node of the chain; repeated, for nodes that must agree'))
    .option('--ledger <address>', 'without --config: address of the RoundLedger', address)
    .option('--chain-id <id>', 'expected chain id; any by default', wholeNumber)
    .option('--from-block <number>', 'block of the deployment (default: that of --config, or 0)', wholeBigint)
    .addOption(stateOption('state folder of any node of the task, in place of that of --config'))
    .addOption(formerData())
  for (const option of more) command.addOption(option)
  return command.option('--json', 'print results as JSON', false)
}

/** `--state`, as `[state]` of the configuration. */
export function stateOption(description: string): Option {
  return new Option('--state <folder>', description)
}

/** The former name of `--state`, which reads as if the data of a member were meant. */
export function formerData(): Option {
  return new Option('--data <folder>').hideHelp().argParser(() => {
    throw new InvalidArgumentError('the state folder of a node is named by --state, or by --config.')
  })
}

/**
 * The task and folders that the flags name. A flag goes before the configuration.
 *
 * @throws QuorateError USAGE without a chain and a ledger, CONFIG_NOT_FOUND, CONFIG_INVALID
 * @example const { rpc, ledger, task, evidence } = await readSource({ config: 'member.toml', json: false })
 */
export async function readSource(flags: SourceFlags): Promise<TaskSource> {
  const config = flags.config === undefined ? undefined : await readNodeConfig(flags.config)
  const rpc = flags.rpc ?? (config && [config.chain.rpcUrl].flat())
  const ledger = flags.ledger ?? config?.chain.ledger
  if (!rpc || !ledger) throw new QuorateError('USAGE', 'say which task to read: pass --config, or --rpc and --ledger')
  const state = flags.state ?? config?.state.folder
  return {
    rpc,
    ledger,
    chainId: flags.chainId ?? config?.chain.chainId,
    task: flags.task ?? config?.task.id ?? 1n,
    fromBlock: flags.fromBlock ?? config?.chain.fromBlock ?? 0n,
    state,
    evidence: flags.evidence ?? (state && join(state, 'evidence')),
    config,
  }
}

/** The evidence folder of a source. @throws QuorateError USAGE where no folder was named */
export function evidenceOf({ evidence }: TaskSource): string {
  if (evidence === undefined) throw new QuorateError('USAGE', 'say where the evidence is: pass --config, --state or --evidence')
  return evidence
}

function wholeBigint(text: string): bigint {
  return BigInt(wholeNumber(text))
}
