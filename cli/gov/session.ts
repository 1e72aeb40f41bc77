import { InvalidArgumentError } from 'commander'
import type { Command } from 'commander'
import {
  accountFromKey,
  errorInTokens,
  findGovernance,
  findProposal,
  readToken,
  TransactionSender,
} from '../../src/chain/index.ts'
import type { Chain, Contracts, Governance, MinedTransaction, NumberedProposal } from '../../src/chain/index.ts'
import { loadKeyFile } from '../../src/config/index.ts'
import { onInterrupt } from '../../src/console/index.ts'
import { isQuorateError, QuorateError } from '../../src/core/index.ts'
import type { TokenUnit } from '../../src/core/index.ts'
import type { Address } from '../../src/protocol/index.ts'
import { address, rpcOption, wholeNumber } from '../chain-options.ts'
import { connectTo } from '../connect.ts'
import { tellResult } from '../tell-result.ts'

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
  /** As the user named it. */
  proposal: string
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

/** Place of a proposal (`3`, `#3`), its number of 77 digits, or the first digits of that number. */
export function proposalReference(text: string): string {
  if (!/^#?\d+$/.test(text)) throw new InvalidArgumentError('expected a proposal, such as 3; `quorate gov status` lists them.')
  return text.replace('#', '')
}

export function withProposal(command: Command, whose: string): Command {
  return withKey(command, whose).requiredOption(
    '--proposal <number>',
    'proposal, such as 3, or its long number; `quorate gov status` lists them',
    proposalReference,
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

export interface SendingSession extends GovSession {
  sender: TransactionSender
  /** Prints what the command did, with the transactions that it sent. */
  tell: (result: Record<string, unknown>, text: string) => void
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
    return await work({ chain, contracts, governance, unit, signal }).catch((error: unknown) => {
      throw errorInTokens(error, unit)
    })
  } finally {
    await chain.close()
  }
}

/** As `govern`, with an account that sends transactions. */
export async function governAs<T>(options: VoterOptions, work: (session: SendingSession) => Promise<T>): Promise<T> {
  const account = accountFromKey(await loadKeyFile(options.keyFile))
  return govern(options, async (session) => {
    const mined: MinedTransaction[] = []
    const sender = new TransactionSender({
      chain: session.chain,
      account,
      onMined: (transaction) => void mined.push(transaction),
    })
    const tell: SendingSession['tell'] = (result, text) =>
      tellResult(result, text, { json: options.json, mined, unit: session.unit })
    return work({ ...session, sender, tell })
  })
}

/** As `governAs`, about the proposal that the user named. */
export async function governProposal<T>(
  options: ProposalOptions,
  work: (session: SendingSession & NumberedProposal) => Promise<T>,
): Promise<T> {
  return governAs(options, async (session) => {
    const { chain, governance, signal } = session
    const { proposal, place } = await findProposal(chain, { governance, reference: options.proposal, signal })
    return work({ ...session, proposal, place }).catch((error: unknown) => {
      if (!isQuorateError(error)) throw error
      // Nobody compares 77 digits: the place says which proposal is meant.
      const message = error.message.replaceAll(String(proposal), String(place))
      throw new QuorateError(error.code, message, { details: error.details, cause: error })
    })
  })
}
