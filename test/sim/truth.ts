import { certificateFaults, recordOf, sameAddress, useOf } from '../../src/protocol/index.ts'
import type { Address, Claim, Hash, RoundRecord, RoundState } from '../../src/protocol/index.ts'
import type { Standing } from './ledger.ts'
import { DOMAIN, THRESHOLDS } from './task.ts'

/** A receipt that an operator gave: it binds the key that signed it, in that round. */
export interface GivenReceipt {
  operator: Address
  round: bigint
  member: Address
}

interface Made {
  record: RoundRecord
  /** Whether its maker changed a value. */
  lie: boolean
}

/** What is true of claims: everything that was signed is known here, whoever may know it in the game. */
export class Truth {
  readonly #made = new Map<Hash, Made>()
  readonly receipts: GivenReceipt[] = []

  /** The claim that an operator computes in this state. */
  claimOf(state: RoundState, lie: boolean): { claim: Claim; claimHash: Hash } {
    const record = recordOf(DOMAIN, state)
    const { recordHash } = useOf(record)
    const claimHash: Hash = lie ? `0x${recordHash.slice(2, -2)}ff` : `0x${recordHash.slice(2, -2)}00`
    this.#made.set(claimHash, { record, lie })
    const claim = { parent: state.plan.base, evidence: recordHash } as unknown as Claim
    return { claim, claimHash }
  }

  record(claimHash: Hash): RoundRecord | undefined {
    return this.#made.get(claimHash)?.record
  }

  /** What a replay shows: a changed value, a round without a certificate, a forced row that is missing. */
  replayFails(claim: Standing): boolean {
    const { record, lie } = this.#made.get(claim.claimHash)!
    if (lie || certificateFaults(record, THRESHOLDS).length > 0) return true
    return claim.forced.some(({ member }) => !hasRow(record, member))
  }

  /** Whether the claim leaves out somebody that has a receipt of its operator. */
  leavesOut({ claimHash, operator, round }: Standing, receipts: readonly GivenReceipt[] = this.receipts): boolean {
    const { record } = this.#made.get(claimHash)!
    return receipts.some((one) => one.round === round && sameAddress(one.operator, operator) && !hasRow(record, one.member))
  }

  /** Whether somebody who knows everything can reject the claim. */
  provable(claim: Standing): boolean {
    return this.replayFails(claim) || this.leavesOut(claim)
  }
}

function hasRow(record: RoundRecord, member: Address): boolean {
  return record.rows.some((row) => sameAddress(row.member, member))
}
