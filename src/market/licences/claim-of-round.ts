import type { Chain, Contracts } from '../../chain/index.ts'
import { QuorateError } from '../../core/index.ts'
import type { Claim, Hash } from '../../protocol/index.ts'
import { readTaskClaims } from '../../replay/index.ts'

export interface ClaimOfRoundOptions {
  chain: Chain
  contracts: Pick<Contracts, 'ledger' | 'vault' | 'distributor'>
  task: bigint
  round: bigint
  fromBlock?: bigint
  signal?: AbortSignal
}

/** A claim with its place. */
export interface PlacedClaim {
  task: bigint
  round: bigint
  /** Claim hash. */
  id: Hash
  claim: Claim
}

/** The claim of a round that stands, recomputed from the event that posted it. @throws QuorateError MODEL_NOT_FOUND, and those of `readTaskClaims` */
export async function claimOfRound(options: ClaimOfRoundOptions): Promise<PlacedClaim> {
  const { task, round } = options
  const { genesis, history } = await readTaskClaims(options)
  if (round === 0n) return { task, round, ...genesis }
  const posted = history.claim(round)
  if (posted === undefined) throw new QuorateError('MODEL_NOT_FOUND', `round ${round} of task ${task} has no claim that stands`)
  return { task, round, id: posted.claimHash, claim: posted.claim }
}
