import type { Command } from 'commander'
import { askChainId, contributeRevenue, deployMarket, offerLicences, readToken } from '../../src/chain/index.ts'
import { loadKeyFile } from '../../src/config/index.ts'
import { onInterrupt } from '../../src/console/index.ts'
import { formatTokens, parseAmount, QuorateError, silentLogger } from '../../src/core/index.ts'
import { claimOfRound } from '../../src/market/index.ts'
import { openChainSession } from '../../src/account/index.ts'
import type { Address } from '../../src/protocol/index.ts'
import { address, positiveNumber, rpcOption, wholeNumber } from '../chain-options.ts'
import { taskNumber } from '../model/names.ts'
import { tellResult } from '../tell-result.ts'
import { tradingOn, withTrader } from './session.ts'
import type { TraderFlags } from './session.ts'

interface DeployFlags {
  rpc: readonly string[]
  ledger: Address
  registry: Address
  chainId?: number
  keyFile: string
  json: boolean
}

interface OfferFlags extends TraderFlags {
  price: string
  days: number
  uses: number
  supply: number
  royaltyBps: number
}

/** `quorate market deploy | offer | contribute`: for those who have models. */
export default function sellCommands(market: Command): void {
  market
    .command('deploy')
    .description('deploy a market for the models of a registry')
    .addOption(rpcOption().makeOptionMandatory())
    .requiredOption('--ledger <address>', 'address of the RoundLedger', address)
    .requiredOption('--registry <address>', 'address of the ModelRegistry', address)
    .requiredOption('--key-file <file>', 'private key of any account with gas')
    .option('--chain-id <id>', 'expected chain id; any by default', wholeNumber)
    .option('--json', 'print results as JSON', false)
    .action(async (flags: DeployFlags) => deploy(flags))

  withTrader(market.command('offer <task> <round>'), 'key of the founder of the task, or of governance')
    .description('offer licences of a registered model')
    .requiredOption('--price <tokens>', 'price of a licence')
    .option('--days <n>', 'days that a licence runs from its first use; 0 without end', wholeNumber, 0)
    .option('--uses <n>', 'answers that a licence pays for; 0 without limit', wholeNumber, 0)
    .option('--supply <n>', 'licences that may be sold', positiveNumber, 1_000_000)
    .option('--royalty-bps <n>', 'share of a resale for the treasury, in hundredths of a percent', wholeNumber, 0)
    .action(async (task: string, round: string, flags: OfferFlags) => offer(taskNumber(task), taskNumber(round), flags))

  withTrader(market.command('contribute <task> <round>'), 'key of the account that pays')
    .description('share tokens among the contributors of a model, such as what a server earned with it')
    .requiredOption('--amount <tokens>', 'what to share')
    .action(async (task: string, round: string, flags: TraderFlags & { amount: string }) =>
      contribute(taskNumber(task), taskNumber(round), flags),
    )
}

async function deploy({ rpc, ledger, registry, keyFile, json, ...flags }: DeployFlags): Promise<void> {
  using interrupt = onInterrupt()
  const { signal } = interrupt
  const key = await loadKeyFile(keyFile)
  const chainId = flags.chainId ?? (await askChainId(rpc, signal))
  await using session = await openChainSession({ rpcUrl: rpc, chainId, ledger, key, logger: silentLogger, signal })
  const { token } = session.contracts
  const { market } = await deployMarket(session.sender, { registry, token, signal })
  const unit = await readToken(session.chain, { token, signal })
  tellResult({ event: 'marketDeployed', ok: true, market, registry }, `ModelMarket ${market}`, {
    json,
    mined: session.mined,
    unit,
  })
}

async function offer(task: bigint, round: bigint, flags: OfferFlags): Promise<void> {
  const { days, uses, supply, royaltyBps, fromBlock } = flags
  const term = days * 86_400
  if (term >= 2 ** 32)
    throw new QuorateError('FLAG_INVALID', `--days: a licence runs for at most ${Math.floor(2 ** 32 / 86_400)} days`)
  await tradingOn(flags, async ({ chain, contracts, sender, market, unit, signal }) => {
    const { claim } = await claimOfRound({ chain, contracts, task, round, fromBlock, signal })
    const terms = { price: parseAmount(flags.price, unit), term, uses, supply: BigInt(supply), royaltyBps }
    const made = await offerLicences(sender, { market, task, round, claim, terms, signal })
    return {
      result: { event: 'offered', offer: made.offer, task, round, ...terms },
      text: `Offer ${made.offer}: ${supply} licences at ${formatTokens(terms.price, unit)}`,
    }
  })
}

async function contribute(task: bigint, round: bigint, flags: TraderFlags & { amount: string }): Promise<void> {
  await tradingOn(flags, async ({ chain, contracts, sender, market, unit, signal }) => {
    const { claim } = await claimOfRound({ chain, contracts, task, round, fromBlock: flags.fromBlock, signal })
    const amount = parseAmount(flags.amount, unit)
    await contributeRevenue(sender, { market, token: contracts.token, task, round, claim, amount, signal })
    return {
      result: { event: 'contributed', task, round, amount },
      text: `${formatTokens(amount, unit)} for the contributors of round ${round} of task ${task}`,
    }
  })
}
