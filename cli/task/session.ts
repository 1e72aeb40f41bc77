import type { Command } from 'commander'
import { accountFromKey, errorInTokens, readToken, TransactionSender } from '../../src/chain/index.ts'
import type { Chain, Contracts, MinedTransaction } from '../../src/chain/index.ts'
import { loadKeyFile } from '../../src/config/index.ts'
import { onInterrupt } from '../../src/console/index.ts'
import type { TokenUnit } from '../../src/core/index.ts'
import type { Address } from '../../src/protocol/index.ts'
import { address, bigintOption, rpcOption, wholeNumber } from '../chain-options.ts'
import { connectTo } from '../connect.ts'
import { tellResult } from '../tell-result.ts'

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
  /** Prints what the command did, with the transactions that it sent. */
  tell: (result: Record<string, unknown>, text: string) => void
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
    const mined: MinedTransaction[] = []
    const sender = new TransactionSender({ chain, account, onMined: (transaction) => void mined.push(transaction) })
    const tell: TaskSession['tell'] = (result, text) => tellResult(result, text, { json: flags.json, mined, unit })
    return await work({ chain, contracts, sender, unit, tell, signal }).catch((error: unknown) => {
      throw errorInTokens(error, unit)
    })
  } finally {
    await chain.close()
  }
}
