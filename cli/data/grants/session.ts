import type { Command } from 'commander'
import { findContracts, readDataGrants, readToken } from '../../../src/chain/index.ts'
import type { Chain, Contracts, TransactionSender } from '../../../src/chain/index.ts'
import type { TokenUnit } from '../../../src/core/index.ts'
import type { Address } from '../../../src/protocol/index.ts'
import { readingChain, sendingFrom, withChain } from '../../agents/session.ts'
import type { ChainFlags, Signing } from '../../agents/session.ts'
import { address, bigintOption } from '../../chain-options.ts'

export interface GrantsFlags extends ChainFlags {
  grants: Address
  fromBlock: bigint
}

export type GrantsSenderFlags = GrantsFlags & Signing

/** What the address of a contract of grants leads to. */
export interface GrantsFacts {
  chain: Chain
  contracts: Contracts
  unit: TokenUnit
  signal: AbortSignal
}

/** Options of every command of a contract of grants that exists. */
export function withGrants(command: Command): Command {
  return withChain(command)
    .requiredOption('--grants <address>', 'address of the DataGrants', address)
    .addOption(bigintOption('--from-block <number>', 'block of the deployment', 0n))
}

/** Options of the commands that send a transaction. */
export function withGrantsKey(command: Command, whose: string): Command {
  return withGrants(command).requiredOption('--key-file <file>', whose)
}

/** Reads grants, with a connection that ends with the function. */
export async function readingGrants(flags: GrantsFlags, read: (at: GrantsFacts) => Promise<void>): Promise<void> {
  await readingChain(flags, async (at) => read(await factsOf(flags, at)))
}

/** Sends from one account, and prints what was done and with which transactions. */
export async function sendingGrants(
  flags: GrantsSenderFlags,
  send: (at: GrantsFacts & { sender: TransactionSender }) => Promise<{ result: Record<string, unknown>; text: string }>,
): Promise<void> {
  await sendingFrom(flags, async ({ sender, ...at }) => send({ sender, ...(await factsOf(flags, at)) }))
}

async function factsOf(
  { grants }: Pick<GrantsFlags, 'grants'>,
  { chain, signal }: Pick<GrantsFacts, 'chain' | 'signal'>,
): Promise<GrantsFacts> {
  const { ledger, token } = await readDataGrants(chain, { grants, signal })
  const [contracts, unit] = await Promise.all([findContracts(chain, { ledger, signal }), readToken(chain, { token, signal })])
  return { chain, contracts, unit, signal }
}
