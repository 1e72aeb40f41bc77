import { evidenceOf } from '../aggregation/index.ts'
import { lowerHex, sameAddress } from '../protocol/index.ts'
import type { Address, Ledger } from '../protocol/index.ts'

export interface Quarantine {
  member: Address
  /** The round whose verdict began it. */
  since: bigint
  /** The first round in which the member counts again. */
  until: bigint
  /** How many followed each other within memory, this one included: from the second on each may cost part of the bond. */
  times: number
}

/** Who is quarantined in the round after this ledger's. */
export function quarantinesOf(ledger: Ledger, round: bigint): Quarantine[] {
  return [...ledger.values()].flatMap(({ member, extra }) => {
    const { since, until, quarantines } = evidenceOf(extra)
    return round + 1n < until ? [{ member: lowerHex(member), since, until, times: quarantines }] : []
  })
}

/**
 * What a member should be told when a claim's verdict began its quarantine: why, until when, what to do.
 *
 * @returns undefined when this round began none
 */
export function quarantineNotice(ledger: Ledger, round: bigint, member: Address): (Quarantine & { notice: string }) | undefined {
  const begun = quarantinesOf(ledger, round).find((one) => one.since === round && sameAddress(one.member, member))
  if (!begun) return undefined
  const notice =
    `this member is quarantined from round ${round + 1n} to round ${begun.until - 1n}: so many of its updates were rejected as outliers that no honest member's would be. ` +
    'Until then its updates get no weight and no reward, whatever they are; it ends by itself. Check data, labels and training settings before it does' +
    (begun.times > 1
      ? `; this is quarantine number ${begun.times} in a row, and anyone may have part of the bond burned for it once the claim is final`
      : '')
  return { ...begun, notice }
}
