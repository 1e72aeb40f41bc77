import { InvalidArgumentError } from 'commander'
import type { Command } from 'commander'
import { accountFromKey, findGovernance, readToken, TransactionSender } from '../../src/chain/index.ts'
import type { Chain, Contracts, Governance } from '../../src/chain/index.ts'
import { loadKeyFile } from '../../src/config/index.ts'
import { onInterrupt } from '../../src/console/index.ts'
import type { TokenUnit } from '../../src/core/index.ts'
import type { Address } from '../../src/protocol/index.ts'
import { address, rpcOption, wholeNumber } from '../chain-options.ts'
import { connectTo } from '../connect.ts'

export interface GovOptions {
  rpc: readonly string[]
  ledger: Address
  chainId?: number
  json: boolean
}

export interface VoterOptions extends GovOptions {
  keyFile: string
}

export interface ProposalOptions extends VoterOptions {
  proposal: bigint
}

/** Options of every `gov` command. */
export function withGov(command: Command): Command {
  return command
    .addOption(rpcOption().makeOptionMandatory())
    .requiredOption('--ledger <address>', 'address of the RoundLedger', address)
    .option('--chain-id <id>', 'expected chain id; any by default', wholeNumber)
    .option('--json', 'print results as JSON', false)
}

/** Options of the `gov` commands that send a transaction. */
export function withKey(command: Command, whose: string): Command {
  return withGov(command).requiredOption('--key-file <file>', whose)
}

export function proposalId(text: string): bigint {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('expected the number of a proposal; `quorate gov status` lists them.')
  return BigInt(text)
}

export function withProposal(command: Command, whose: string): Command {
  return withKey(command, whose).requiredOption(
    '--proposal <number>',
    'number of the proposal; `quorate gov status` lists them',
    proposalId,
  )
}

export interface GovSession {
  chain: Chain
  contracts: Contracts
  governance: Governance
  /** Of the staked token. */
  unit: TokenUnit
  signal: AbortSignal
}

/** Connects, finds the governor, and closes the connection after `work`. */
export async function govern<T>(options: GovOptions, work: (session: GovSession) => Promise<T>): Promise<T> {
  using interrupt = onInterrupt()
  const { signal } = interrupt
  const { chain, contracts } = await connectTo({ ...options, signal })
  try {
    const [governance, unit] = await Promise.all([
      findGovernance(chain, { ledger: contracts.ledger, signal }),
      readToken(chain, { token: contracts.token, signal }),
    ])
    return await work({ chain, contracts, governance, unit, signal })
  } finally {
    await chain.close()
  }
}

/** As `govern`, with an account that sends transactions. */
export async function governAs<T>(
  options: VoterOptions,
  work: (session: GovSession & { sender: TransactionSender }) => Promise<T>,
): Promise<T> {
  const account = accountFromKey(await loadKeyFile(options.keyFile))
  return govern(options, (session) => work({ ...session, sender: new TransactionSender({ chain: session.chain, account }) }))
}
