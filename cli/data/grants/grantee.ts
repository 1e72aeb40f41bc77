import type { Command } from 'commander'
import { collectPayout, fundGrant, readDataGrant, readOwed, refundGrant, revokeGrant } from '../../../src/chain/index.ts'
import { formatTokens, parseAmount, QuorateError } from '../../../src/core/index.ts'
import type { Address, Hash } from '../../../src/protocol/index.ts'
import { address } from '../../chain-options.ts'
import { hash } from '../../model/options.ts'
import { sendingGrants, withGrantsKey } from './session.ts'
import type { GrantsSenderFlags } from './session.ts'

type FundFlags = GrantsSenderFlags & { amount: string }
type CollectFlags = GrantsSenderFlags & { account?: Address }

/** `quorate data fund | revoke | refund | collect`: for grantees, and for what either side may do. */
export default function granteeCommands(data: Command): void {
  withGrantsKey(data.command('fund <grant>'), 'key of the account that pays')
    .description('pay in for the rounds of a grant to come; the first payment starts it')
    .requiredOption('--amount <tokens>', 'what to pay in; what is not charged goes back to the grantee')
    .action(async (name: string, flags: FundFlags) => fund(hash(name), flags))

  withGrantsKey(data.command('revoke <grant>'), 'key of the owner of the data set, or of the grantee')
    .description('end a grant now; rounds that are open or posted stay under it')
    .action(async (name: string, flags: GrantsSenderFlags) => revoke(hash(name), flags))

  withGrantsKey(data.command('refund <grant>'), 'key of any account with gas')
    .description('give back what is left of a grant whose settlement time is over')
    .action(async (name: string, flags: GrantsSenderFlags) => refund(hash(name), flags))

  withGrantsKey(data.command('collect'), 'key of any account with gas')
    .description('pay an account what it is owed for its data, or from grants that are over')
    .option('--account <address>', 'who is paid; the account of the key if left out', address)
    .action(async (flags: CollectFlags) => collect(flags))
}

async function fund(grant: Hash, flags: FundFlags): Promise<void> {
  const { grants } = flags
  await sendingGrants(flags, async ({ chain, contracts, sender, unit, signal }) => {
    const amount = parseAmount(flags.amount, unit)
    await fundGrant(sender, { grants, grant, token: contracts.token, amount, signal })
    const { left, price } = await readDataGrant(chain, { grants, grant, signal })
    return {
      result: { event: 'grantFunded', grant, amount, left },
      text: `${formatTokens(left, unit)} are paid in, enough for ${left / price} rounds`,
    }
  })
}

async function revoke(grant: Hash, flags: GrantsSenderFlags): Promise<void> {
  const { grants } = flags
  await sendingGrants(flags, async ({ chain, sender, signal }) => {
    await revokeGrant(sender, { grants, grant, signal })
    const { until } = await readDataGrant(chain, { grants, grant, signal })
    return {
      result: { event: 'grantRevoked', grant, until },
      text: `Grant ${grant} is over: no round that opens now is under it`,
    }
  })
}

async function refund(grant: Hash, flags: GrantsSenderFlags): Promise<void> {
  const { grants } = flags
  await sendingGrants(flags, async ({ sender, unit, signal }) => {
    const { amount } = await refundGrant(sender, { grants, grant, signal })
    return { result: { event: 'grantRefunded', grant, amount }, text: `${formatTokens(amount, unit)} are owed to the grantee` }
  })
}

async function collect(flags: CollectFlags): Promise<void> {
  const { grants } = flags
  await sendingGrants(flags, async ({ chain, sender, unit, signal }) => {
    const { account = sender.address } = flags
    const amount = await readOwed(chain, { keeper: grants, account, signal })
    if (amount === 0n) throw new QuorateError('NOTHING_TO_CLAIM', `${grants} owes nothing to ${account}`)
    await collectPayout(sender, { keeper: grants, account, signal })
    return { result: { event: 'collected', account, amount }, text: `${account} received ${formatTokens(amount, unit)}` }
  })
}
