import { readAccount, readCommittee, readTaskBuckets } from '../chain/index.ts'
import type { Chain, Contracts } from '../chain/index.ts'
import { QuorateError } from '../core/index.ts'
import { bucketTerms, ZERO_HASH } from '../protocol/index.ts'
import type { Hash, RecordFacts, TaskSpec } from '../protocol/index.ts'
import type { ClaimHistory } from './claim-history.ts'

export interface FactsNeeds {
  chain: Chain
  contracts: Pick<Contracts, 'ledger' | 'vault'>
  task: bigint
  spec: Pick<TaskSpec, 'toleranceBps' | 'minSealedBps' | 'committee'>
  history: Pick<ClaimHistory, 'openedAt' | 'seat' | 'drawn' | 'sealed' | 'forced'>
}

/** What the chain says of a round, for checking a record of it. @throws QuorateError RPC_UNREACHABLE, CLAIM_MISMATCH for a round that was never opened or never sealed */
export type FactsOf = (round: bigint, base: Hash, signal?: AbortSignal) => Promise<RecordFacts>

/**
 * Reads the facts of a round from the chain: stake snapshot, seal, forced commitments, buckets. The one place where
 * nodes, audits and judges get them from.
 *
 * @example const facts = await factsOf({ chain, contracts, task, spec, history })(7n, base.claimHash)
 */
export function factsOf({ chain, contracts, task, spec, history }: FactsNeeds): FactsOf {
  const domain = { chainId: chain.chainId, ledger: contracts.ledger }
  return async (round, base, signal) => {
    const openedAt = history.openedAt(round)
    if (openedAt === undefined) throw new QuorateError('CLAIM_MISMATCH', `round ${round} of task ${task} was never opened`)
    const [seat, sealed] = [history.seat(round)!, history.sealed(round)]
    if (!sealed) throw new QuorateError('CLAIM_MISMATCH', `round ${round} of task ${task} was never sealed`)
    // A round is sealed after it was drawn.
    const { seed, snapshot } = history.drawn(round) ?? { seed: ZERO_HASH, snapshot: openedAt - 1 }
    const { committee } = spec
    const { operator, operatorKey } = seat
    const { ledger, vault } = contracts
    const [{ members, totalStake, timepoint }, { slot }, drawn = []] = await Promise.all([
      readCommittee(chain, { vault, task, round, snapshot, committee, seed, signal }),
      readAccount(chain, { vault, task, owner: operator, signal }),
      readTaskBuckets(chain, { ledger, vault, task, round, spec, signal }),
    ])
    // Where nobody drew the buckets of a task, it has none: every row is void.
    const buckets = bucketTerms(spec) && drawn
    const { digest, count } = sealed
    const seal = { operator, operatorKey, slot, digest, count }
    const forced = history.forced(round)
    return { domain, task, round, base, timepoint, totalStake, members, seal, forced, spec, ...(buckets && { buckets }) }
  }
}
