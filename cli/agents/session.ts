import type { Command } from 'commander'
import { accountFromKey, askChainId, connectChain, TransactionSender } from '../../src/chain/index.ts'
import type { Chain, MinedTransaction } from '../../src/chain/index.ts'
import { loadKeyFile } from '../../src/config/index.ts'
import { onInterrupt } from '../../src/console/index.ts'
import { silentLogger } from '../../src/core/index.ts'
import type { Address } from '../../src/protocol/index.ts'
import { address, rpcOption, wholeNumber } from '../chain-options.ts'
import { tellResult } from '../tell-result.ts'

export interface ChainFlags {
  rpc: readonly string[]
  chainId?: number
  json: boolean
}

export interface OracleFlags extends ChainFlags {
  oracle: Address
}

export interface Signing {
  keyFile: string
}

interface At {
  chain: Chain
  signal: AbortSignal
}

/** Options of every command that asks a chain. */
export function withChain(command: Command): Command {
  return command
    .addOption(rpcOption().makeOptionMandatory())
    .option('--chain-id <id>', 'expected chain id; any by default', wholeNumber)
    .option('--json', 'print results as JSON', false)
}

/** The same of an oracle that exists. */
export function withOracle(command: Command): Command {
  return withChain(command).requiredOption('--oracle <address>', 'address of the ScoreOracle', address)
}

/** Reads a chain, with a connection that ends with the function. */
export async function readingChain({ rpc, chainId }: ChainFlags, read: (at: At) => Promise<void>): Promise<void> {
  using interrupt = onInterrupt()
  const { signal } = interrupt
  const expected = chainId ?? (await askChainId(rpc, signal))
  await using chain = await connectChain({ rpcUrl: rpc, chainId: expected, logger: silentLogger, signal })
  await read({ chain, signal })
}

/** Sends from one account, and prints what was done and with which transactions. */
export async function sendingFrom(
  flags: ChainFlags & Signing,
  send: (at: At & { sender: TransactionSender }) => Promise<{ result: Record<string, unknown>; text: string }>,
): Promise<void> {
  const account = accountFromKey(await loadKeyFile(flags.keyFile))
  await readingChain(flags, async ({ chain, signal }) => {
    const mined: MinedTransaction[] = []
    const sender = new TransactionSender({ chain, account, onMined: (transaction) => void mined.push(transaction) })
    const { result, text } = await send({ chain, sender, signal })
    tellResult({ ...result, ok: true }, text, { json: flags.json, mined })
  })
}
