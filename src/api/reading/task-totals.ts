import type { LedgerEvent } from '../../chain/index.ts'
import { lowerHex, sameAddress } from '../../protocol/index.ts'
import type { Address, Hash } from '../../protocol/index.ts'

/** What one account earned, paid and lost in a task, token wei. */
export interface AccountTotals {
  paid: bigint
  fees: bigint
  slashed: bigint
  bounties: bigint
  /** Block in which it first put stake into the task. */
  joined?: bigint
}

/** A claim that was rejected, or a fine. */
export interface Punishment {
  type: 'rejected' | 'penalised'
  round: bigint
  /** Of a rejection. */
  claimHash?: Hash
  /** Who lost stake. */
  account: Address
  recipient: Address
  penalty: bigint
  bounty: bigint
  burned: bigint
  transaction: Hash
  block: bigint
}

/** Sums over the events of a task. */
export interface TaskTotals {
  refunded: bigint
  burned: bigint
  accounts: Map<Address, AccountTotals>
  /** Oldest first. */
  punishments: Punishment[]
}

/** Punishments that are kept one by one. */
const KEPT = 1024

export function noTotals(): TaskTotals {
  return { refunded: 0n, burned: 0n, accounts: new Map(), punishments: [] }
}

/** A copy that more events can be added to. */
export function copyTotals({ accounts, punishments, ...sums }: TaskTotals): TaskTotals {
  return {
    ...sums,
    accounts: new Map([...accounts].map(([account, totals]) => [account, { ...totals }])),
    punishments: [...punishments],
  }
}

/** Adds events of one task, in chain order. */
export function addTotals(totals: TaskTotals, events: Iterable<LedgerEvent>): void {
  /** Slashes of this pass, by transaction: they come before the ledger's event that says why. */
  const slashes = new Map<Hash, Extract<LedgerEvent, { type: 'slashed' }>[]>()
  for (const event of events) {
    switch (event.type) {
      case 'refunded':
        totals.refunded += event.amount
        break
      case 'claimed':
        accountIn(totals, event.member).paid += event.amount
        break
      case 'slotAssigned':
        accountIn(totals, event.owner).fees += event.fee
        break
      case 'allocated':
        accountIn(totals, event.owner).joined ??= event.blockNumber
        break
      case 'slashed':
        accountIn(totals, event.owner).slashed += event.taken
        if (event.bounty > 0n) accountIn(totals, event.recipient).bounties += event.bounty
        totals.burned += event.burned
        slashes.set(event.transactionHash, [...(slashes.get(event.transactionHash) ?? []), event])
        break
      case 'rejected':
      case 'penalised': {
        const account = lowerHex(event.type === 'rejected' ? event.operator : event.account)
        const slash = slashes.get(event.transactionHash)?.find(({ owner }) => sameAddress(owner, account))
        totals.punishments.push({
          type: event.type,
          round: event.round,
          ...(event.type === 'rejected' && { claimHash: lowerHex(event.claimHash) }),
          account,
          recipient: lowerHex(event.recipient),
          penalty: event.penalty,
          bounty: event.bounty,
          burned: slash?.burned ?? event.penalty - event.bounty,
          transaction: event.transactionHash,
          block: event.blockNumber,
        })
        break
      }
    }
  }
  totals.punishments = totals.punishments.slice(-KEPT)
}

function accountIn({ accounts }: TaskTotals, owner: Address): AccountTotals {
  const account = lowerHex(owner)
  const known = accounts.get(account) ?? { paid: 0n, fees: 0n, slashed: 0n, bounties: 0n }
  accounts.set(account, known)
  return known
}
