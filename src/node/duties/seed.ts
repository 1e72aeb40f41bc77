import { readSeedHeader, storeSeed } from '../../chain/index.ts'
import type { Contracts, CurrentRound, TransactionResult, TransactionSender } from '../../chain/index.ts'
import { SEED_BLOCKS } from '../../protocol/index.ts'

/** A round whose members are not drawn yet. */
export type Undrawn = Pick<CurrentRound, 'round' | 'openedBlock'>

/**
 * The duty of bringing the seed by which the members of a drawn round are found. It is owed before the round has members, so the
 * state machine of a round does not know it: `SeedWatch` performs it.
 */
export interface SeedDuty {
  /** Brings the header of the seed's block to the ledger, which stores its randomness. */
  store: (round: Undrawn, signal: AbortSignal) => Promise<Pick<TransactionResult, 'hash' | 'gasUsed' | 'blockNumber'>>
  /** Ends the round on the ledger, if it is the open one; absent for nodes that leave this to others. */
  fail?: (round: bigint, signal: AbortSignal) => Promise<unknown>
}

/** The block whose randomness is the seed of a round. */
export function seedBlock({ openedBlock }: Pick<Undrawn, 'openedBlock'>): bigint {
  return BigInt(openedBlock + SEED_BLOCKS)
}

/** Stores seeds with the transactions of one account. */
export function seedStoring(
  sender: TransactionSender,
  { ledger, task }: Pick<Contracts, 'ledger'> & { task: bigint },
): SeedDuty['store'] {
  return async (undrawn, signal) => {
    const header = await readSeedHeader(sender.chain, undrawn, signal)
    return storeSeed(sender, { ledger, task, round: undrawn.round, header, signal })
  }
}
