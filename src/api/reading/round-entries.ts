import type { LedgerEvent } from '../../chain/index.ts'
import { lowerHex } from '../../protocol/index.ts'
import type { Address, Claim, Hash } from '../../protocol/index.ts'

/** What the chain says of one round. Times are the chain's. */
export interface RoundEntry {
  round: bigint
  /** `void`: it will never have a claim, or a claim before it was dropped. */
  outcome: 'open' | 'posted' | 'void' | 'rejected'
  /** Owner address of who has the seat, or posted. */
  operator: Address
  openedAt: number
  openedBlock: bigint
  /** Transaction that opened it: the one that posted the round before, as a rule. */
  openedIn: Hash
  seed?: Hash
  /** Timepoint of the stake of a drawn round. */
  snapshot?: number
  sealedAt?: number
  /** Rows that were sealed. */
  sealed?: number
  posted?: { claimHash: Hash; claim: Claim; block: bigint; transaction: Hash }
  /** Whether a quorum made the claim final. */
  finalized?: true
}

/** Applies events of one task, in chain order, to the rounds known before; entries are made anew where they change. */
export function applyRoundEvents(rounds: Map<bigint, RoundEntry>, events: Iterable<LedgerEvent>): void {
  const change = (round: bigint, changes: Partial<RoundEntry>): void => {
    const entry = rounds.get(round)
    if (entry) rounds.set(round, { ...entry, ...changes })
  }
  for (const event of events) {
    switch (event.type) {
      case 'opened':
        rounds.set(event.round, {
          round: event.round,
          outcome: 'open',
          operator: lowerHex(event.operator),
          openedAt: event.openedAt,
          openedBlock: event.blockNumber,
          openedIn: event.transactionHash,
        })
        break
      case 'drawn':
        change(event.round, { seed: event.seed, snapshot: event.snapshot })
        break
      case 'sealed':
        change(event.round, { sealedAt: event.sealedAt, sealed: event.count })
        break
      case 'posted': {
        const { round, claimHash, claim, blockNumber: block, transactionHash: transaction } = event
        change(round, {
          outcome: 'posted',
          operator: lowerHex(event.operator),
          posted: { claimHash: lowerHex(claimHash), claim, block, transaction },
        })
        break
      }
      case 'finalized':
        change(event.round, { finalized: true })
        break
      case 'failed':
        change(event.round, { outcome: 'void' })
        break
      case 'voided':
      case 'rejected':
        // Later claims are built on the one that is dropped.
        for (const { round } of rounds.values()) if (round >= event.round) change(round, { outcome: 'void' })
        if (event.type === 'rejected') change(event.round, { outcome: 'rejected' })
        break
    }
  }
}
