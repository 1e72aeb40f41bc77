import { evidenceOf } from '../aggregation/index.ts'
import { lowerHex, sameAddress } from '../protocol/index.ts'
import type { Address, Ledger } from '../protocol/index.ts'

export interface Quarantine {
  member: Address
  /** The round whose verdict began it. */
  since: bigint
  /** The first round in which the member counts again. */
  until: bigint
  /** Quarantines that followed each other within memory, with this one: each lasts twice as long as the one before. */
  times: number
}

/** The members that are quarantined in the round after this ledger's. */
export function quarantinesOf(ledger: Ledger, round: bigint): Quarantine[] {
  return [...ledger.values()].flatMap(({ member, extra }) => {
    const { since, until, quarantines } = evidenceOf(extra)
    return round + 1n < until ? [{ member: lowerHex(member), since, until, times: quarantines }] : []
  })
}

/**
 * The notice for a member whose quarantine began with this claim: reason, end and advice.
 *
 * @returns undefined when this round began none
 */
export function quarantineNotice(ledger: Ledger, round: bigint, member: Address): (Quarantine & { notice: string }) | undefined {
  const begun = quarantinesOf(ledger, round).find((one) => one.since === round && sameAddress(one.member, member))
  if (!begun) return undefined
  const notice =
    `this member is quarantined from round ${round + 1n} to round ${begun.until - 1n}: more of its updates were rejected as outliers than chance explains. ` +
    'Until then its updates get no weight and no reward. The quarantine ends by itself. Meanwhile check data, labels and training settings' +
    (begun.times > 1 ? `. This is quarantine ${begun.times} in a row: each lasts twice as long as the one before` : '')
  return { ...begun, notice }
}
