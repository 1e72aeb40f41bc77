import { lowerHex } from '../../protocol/index.ts'
import type { Address, Ledger } from '../../protocol/index.ts'
import type { TaskReader } from '../reading/task-reader.ts'
import type { TaskTotals } from '../reading/task-totals.ts'
import type { EconomicsAnswer } from '../schemas.ts'
import { standingOf } from './members-view.ts'
import { taskOnChain } from './task-view.ts'

/** `/economics`. */
export async function economicsView(reader: TaskReader): Promise<EconomicsAnswer> {
  const picture = await reader.picture()
  const { totals, claims } = picture
  const [{ funded, rewardPerRound }, { ledger }] = await Promise.all([taskOnChain(reader), standingOf(reader, picture)])
  const earned = claims.at(-1)?.posted.claim.ledgerTotal ?? 0n
  const accounts = [...totals.accounts.values()]
  const sum = (field: 'paid' | 'fees' | 'slashed' | 'bounties'): bigint => accounts.reduce((all, one) => all + one[field], 0n)
  const paid = sum('paid')
  const remaining = funded > earned ? funded - earned : 0n
  return {
    after: (claims.at(-1)?.round ?? 0n).toString(),
    funded: funded.toString(),
    earned: earned.toString(),
    paid: paid.toString(),
    unclaimed: (earned > paid ? earned - paid : 0n).toString(),
    remaining: remaining.toString(),
    rewardPerRound: rewardPerRound.toString(),
    roundsLeft: rewardPerRound === 0n ? null : (remaining / rewardPerRound).toString(),
    refunded: totals.refunded.toString(),
    fees: sum('fees').toString(),
    slashed: sum('slashed').toString(),
    bounties: sum('bounties').toString(),
    burned: totals.burned.toString(),
    accounts: accountsOf(reader, totals, ledger),
  }
}

/** Those with rewards first, the largest sum first. */
function accountsOf({ node }: TaskReader, totals: TaskTotals, ledger: Ledger): EconomicsAnswer['accounts'] {
  const earned = new Map<Address, bigint>()
  for (const { member, reward } of ledger.values()) earned.set(lowerHex(member), reward)
  const all = new Set([...totals.accounts.keys(), ...earned.keys()])
  return [...all]
    .map((account) => ({ account, earned: earned.get(account) ?? 0n, totals: totals.accounts.get(account) }))
    .sort((a, b) => (a.earned === b.earned ? (a.account < b.account ? -1 : 1) : a.earned < b.earned ? 1 : -1))
    .map(({ account, earned: reward, totals: own }) => ({
      account,
      role: node.membership.account(account)?.role ?? 'none',
      earned: reward.toString(),
      paid: (own?.paid ?? 0n).toString(),
      fees: (own?.fees ?? 0n).toString(),
      slashed: (own?.slashed ?? 0n).toString(),
      bounties: (own?.bounties ?? 0n).toString(),
    }))
}
