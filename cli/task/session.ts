import type { Command } from 'commander'
import { accountFromKey, readToken, TransactionSender } from '../../src/chain/index.ts'
import type { Chain, Contracts } from '../../src/chain/index.ts'
import { loadKeyFile } from '../../src/config/index.ts'
import { onInterrupt } from '../../src/console/index.ts'
import type { TokenUnit } from '../../src/core/index.ts'
import type { Address } from '../../src/protocol/index.ts'
import { address, bigintOption, rpcOption, wholeNumber } from '../chain-options.ts'
import { connectTo } from '../connect.ts'

export interface TaskCommandFlags {
  rpc: readonly string[]
  ledger: Address
  chainId?: number
  fromBlock: bigint
  keyFile: string
  json: boolean
}

/** Options of every command that sends a transaction about a task. */
export function withLedger(command: Command, whose: string): Command {
  return command
    .addOption(rpcOption().makeOptionMandatory())
    .requiredOption('--ledger <address>', 'address of the RoundLedger', address)
    .option('--chain-id <id>', 'expected chain id; any by default', wholeNumber)
    .addOption(bigintOption('--from-block <number>', 'block of the deployment', 0n))
    .requiredOption('--key-file <file>', whose)
    .option('--json', 'print the result as JSON', false)
}

export interface TaskSession {
  chain: Chain
  contracts: Contracts
  sender: TransactionSender
  /** Of the staked token. */
  unit: TokenUnit
  signal: AbortSignal
}

/** Connects with the key, and closes the connection after `work`. */
export async function asFounder<T>(flags: TaskCommandFlags, work: (session: TaskSession) => Promise<T>): Promise<T> {
  using interrupt = onInterrupt()
  const { signal } = interrupt
  const account = accountFromKey(await loadKeyFile(flags.keyFile))
  const { chain, contracts } = await connectTo({ ...flags, signal })
  try {
    const unit = await readToken(chain, { token: contracts.token, signal })
    return await work({ chain, contracts, sender: new TransactionSender({ chain, account }), unit, signal })
  } finally {
    await chain.close()
  }
}
