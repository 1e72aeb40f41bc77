import { InvalidArgumentError } from 'commander'
import type { Command } from 'commander'
import type { Address, Hash } from '../../src/protocol/index.ts'
import { address, bigintOption, rpcOption, wholeNumber } from '../chain-options.ts'

/** What the options of `chainFlags` give. */
export interface ChainFlags {
  rpc: readonly string[]
  ledger: Address
  chainId?: number
  fromBlock: bigint
  json: boolean
}

/** Options of commands that read models from the chain alone. */
export function chainFlags(command: Command): Command {
  return command
    .addOption(rpcOption().makeOptionMandatory())
    .requiredOption('--ledger <address>', 'address of the RoundLedger', address)
    .option('--chain-id <id>', 'expected chain id; any by default', wholeNumber)
    .addOption(bigintOption('--from-block <number>', 'block of the deployment', 0n))
    .option('--json', 'print results as JSON', false)
}

export function hash(text: string): Hash {
  if (!/^0x[0-9a-fA-F]{64}$/.test(text)) throw new InvalidArgumentError('expected a hash, 0x and 64 hexadecimal digits.')
  return text.toLowerCase() as Hash
}

/** Collects the values of an option that is repeated. */
export function many<T>(parse: (text: string) => T): (text: string, before: T[]) => T[] {
  return (text, before) => [...before, parse(text)]
}
