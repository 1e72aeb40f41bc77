import type { Command } from 'commander'
import { askChainId, connectChain, errorInTokens, readMarket, readToken } from '../../src/chain/index.ts'
import type { Chain, MinedTransaction } from '../../src/chain/index.ts'
import { loadKeyFile } from '../../src/config/index.ts'
import { onInterrupt } from '../../src/console/index.ts'
import { silentLogger } from '../../src/core/index.ts'
import type { TokenUnit } from '../../src/core/index.ts'
import { openChainSession } from '../../src/account/index.ts'
import type { ChainSession } from '../../src/account/index.ts'
import type { Address } from '../../src/protocol/index.ts'
import { address, bigintOption, rpcOption, wholeNumber } from '../chain-options.ts'
import { connectTo } from '../connect.ts'
import { tellResult } from '../tell-result.ts'

export interface MarketFlags {
  rpc: readonly string[]
  market: Address
  chainId?: number
  fromBlock: bigint
  json: boolean
}

export interface TraderFlags extends MarketFlags {
  keyFile: string
}

/** What the addresses of a market lead to. */
export interface MarketFacts {
  market: Address
  registry: Address
  unit: TokenUnit
  signal: AbortSignal
}

/** Options of every command of a market that exists. */
export function withMarket(command: Command): Command {
  return command
    .addOption(rpcOption().makeOptionMandatory())
    .requiredOption('--market <address>', 'address of the ModelMarket', address)
    .option('--chain-id <id>', 'expected chain id; any by default', wholeNumber)
    .addOption(bigintOption('--from-block <number>', 'block of the deployment', 0n))
    .option('--json', 'print results as JSON', false)
}

/** Options of the commands that send a transaction. */
export function withTrader(command: Command, whose: string): Command {
  return withMarket(command).requiredOption('--key-file <file>', whose)
}

/** Reads a market, with a connection that ends with the function. */
export async function readingMarket(
  { rpc, market, chainId }: MarketFlags,
  read: (at: MarketFacts & Pick<ChainSession, 'chain' | 'contracts'>) => Promise<void>,
): Promise<void> {
  using interrupt = onInterrupt()
  const { signal } = interrupt
  const { ledger, registry } = await marketAt(rpc, market, chainId, signal)
  const { chain, contracts } = await connectTo({ rpc, ledger, chainId, signal })
  try {
    const unit = await readToken(chain, { token: contracts.token, signal })
    await read({ chain, contracts, market, registry, unit, signal })
  } finally {
    await chain.close()
  }
}

/** Sends from one account to a market, and prints what was done and with which transactions. */
export async function tradingOn(
  { rpc, market, chainId, keyFile, json }: TraderFlags,
  trade: (at: MarketFacts & ChainSession) => Promise<{ result: Record<string, unknown>; text: string }>,
): Promise<void> {
  using interrupt = onInterrupt()
  const { signal } = interrupt
  const key = await loadKeyFile(keyFile)
  const { ledger, registry } = await marketAt(rpc, market, chainId, signal)
  const named = chainId ?? (await askChainId(rpc, signal))
  await using session = await openChainSession({ rpcUrl: rpc, chainId: named, ledger, key, logger: silentLogger, signal })
  const unit = await readToken(session.chain, { token: session.contracts.token, signal })
  const mined: readonly MinedTransaction[] = session.mined
  try {
    const { result, text } = await trade({ ...session, market, registry, unit, signal })
    tellResult({ ...result, ok: true }, text, { json, mined, unit })
  } catch (error) {
    throw errorInTokens(error, unit)
  }
}

/** Ledger and registry of a market. */
async function marketAt(
  rpc: readonly string[],
  market: Address,
  chainId: number | undefined,
  signal: AbortSignal,
): Promise<{ ledger: Address; registry: Address }> {
  const named = chainId ?? (await askChainId(rpc, signal))
  const chain: Chain = await connectChain({ rpcUrl: rpc, chainId: named, logger: silentLogger, signal })
  try {
    return await readMarket(chain, { market, signal })
  } finally {
    await chain.close()
  }
}
