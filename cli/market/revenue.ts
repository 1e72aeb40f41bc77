import type { Command } from 'commander'
import { claimRevenue, readRevenue, readTask } from '../../src/chain/index.ts'
import { createOutput } from '../../src/console/index.ts'
import { formatTokens } from '../../src/core/index.ts'
import { claimOfRound, revenueProof, revenueShare } from '../../src/market/index.ts'
import type { Address } from '../../src/protocol/index.ts'
import { address } from '../chain-options.ts'
import { taskNumber } from '../model/names.ts'
import { readingMarket, tradingOn, withMarket, withTrader } from './session.ts'
import type { MarketFlags, TraderFlags } from './session.ts'

interface RevenueFlags extends MarketFlags {
  contributor: Address
  evidence: string
}

/** `quorate market revenue | claim`: for those who trained models. */
export default function revenueCommands(market: Command): void {
  const withLeaf = (command: Command): Command =>
    command.requiredOption('--evidence <folder>', 'evidence folder of any node, with subfolders <task>/<round>/')

  withLeaf(withMarket(market.command('revenue <task> <round>')))
    .description('say what a model earned, and the share of one contributor')
    .requiredOption('--contributor <address>', 'owner address of a member or an operator', address)
    .action(async (task: string, round: string, flags: RevenueFlags) => revenue(taskNumber(task), taskNumber(round), flags))

  withLeaf(withTrader(market.command('claim <task> <round>'), 'key of any account with gas'))
    .description('pay a contributor its share of what a model earned')
    .option('--contributor <address>', 'owner address of a member or an operator; the account of the key if left out', address)
    .action(async (task: string, round: string, flags: TraderFlags & { contributor?: Address; evidence: string }) =>
      claim(taskNumber(task), taskNumber(round), flags),
    )
}

async function revenue(task: bigint, round: bigint, flags: RevenueFlags): Promise<void> {
  const { contributor, evidence, fromBlock } = flags
  await readingMarket(flags, async ({ chain, contracts, market, unit, signal }) => {
    const found = await claimOfRound({ chain, contracts, task, round, fromBlock, signal })
    const { specHash } = await readTask(chain, { ledger: contracts.ledger, task, signal })
    const { leaf } = await revenueProof(evidence, found, { contributor, specHash })
    const { total, paid, contributorPaid } = await readRevenue(chain, { market, model: found.id, contributor, signal })
    const share = revenueShare(total, leaf.reward, found.claim.ledgerTotal)
    const due = share - contributorPaid
    createOutput(flags.json).result(
      { event: 'revenue', ok: true, task, round, model: found.id, total, paid, contributor, share, contributorPaid, due },
      `The model earned ${formatTokens(total, unit)}. The share of ${contributor} is ${formatTokens(share, unit)}, of which ${formatTokens(due, unit)} are due.`,
    )
  })
}

async function claim(
  task: bigint,
  round: bigint,
  flags: TraderFlags & { contributor?: Address; evidence: string },
): Promise<void> {
  await tradingOn(flags, async ({ chain, contracts, sender, market, unit, signal }) => {
    const { contributor = sender.address } = flags
    const found = await claimOfRound({ chain, contracts, task, round, fromBlock: flags.fromBlock, signal })
    const { specHash } = await readTask(chain, { ledger: contracts.ledger, task, signal })
    const proof = await revenueProof(flags.evidence, found, { contributor, specHash })
    const { amount, total } = await claimRevenue(sender, { market, ...found, ...proof, signal })
    return {
      result: { event: 'revenueClaimed', task, round, contributor, amount, total },
      text: `${contributor} received ${formatTokens(amount, unit)}, ${formatTokens(total, unit)} in all`,
    }
  })
}
