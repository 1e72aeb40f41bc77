import { readModelId, readRound, readWitnessed, registerModel, witnessClaim } from '../../chain/index.ts'
import type { Contracts, ModelMetadata, TransactionSender } from '../../chain/index.ts'
import { QuorateError } from '../../core/index.ts'
import { ZERO_HASH } from '../../protocol/index.ts'
import type { Address, Claim, Hash } from '../../protocol/index.ts'
import { readTaskClaims } from '../../replay/index.ts'

export interface RegisterLineageParameters {
  contracts: Contracts
  registry: Address
  task: bigint
  /** The round whose model is registered; its ancestors that are not yet, with it. */
  round: bigint
  metadata: ModelMetadata
  fromBlock?: bigint
  onRegistered?: (model: { round: bigint; id: Hash; gasUsed: bigint }) => void
  signal?: AbortSignal
}

interface Link {
  round: bigint
  id: Hash
  claim: Claim
}

/**
 * Registers the model of a final round. Ancestors that nobody registered are registered first, genesis too, with the same metadata except for the weights; rounds that the
 * ledger has forgotten are shown to be final first. Repeating it goes on where it stopped.
 *
 * @throws QuorateError MODEL_NOT_FOUND, ROUND_NOT_FINAL, TRANSACTION_REVERTED with `NotRegistrar` for rounds that another operator posted (governance may
 * register any), and those of `readTaskClaims`
 */
export async function registerLineage(sender: TransactionSender, parameters: RegisterLineageParameters): Promise<Link[]> {
  const { registry, task, round, metadata, onRegistered, signal } = parameters
  const { chain } = sender
  const { genesis, history } = await readTaskClaims({ ...parameters, chain })
  const standing: Link[] = [
    { round: 0n, ...genesis },
    ...history.claims().map(({ round, claimHash, claim }) => ({ round, id: claimHash, claim })),
  ]
  const end = standing.findIndex((link) => link.round === round)
  if (end < 0) throw new QuorateError('MODEL_NOT_FOUND', `round ${round} of task ${task} has no claim that stands`)
  // Registered models lead to genesis, so the missing ones are the last ones.
  let first = end + 1
  while (first > 0 && !(await readModelId(chain, { registry, task, round: standing[first - 1]!.round, signal }))) first--
  if (first <= end) await witnessDown(sender, parameters, standing, first)
  const registered = standing.slice(first, end + 1)
  for (const { round, id, claim } of registered) {
    // The file with the weights is that of one model, everything else is the same for its ancestors.
    const own = round === parameters.round ? metadata : { ...metadata, weights: ZERO_HASH }
    const { gasUsed } = await registerModel(sender, { registry, task, round, claim, metadata: own, signal })
    onRegistered?.({ round, id, gasUsed })
  }
  return registered
}

/** From the oldest claim after it that the ledger still holds, or that was witnessed, back to the one at `first`. */
async function witnessDown(
  sender: TransactionSender,
  { contracts, registry, task, signal }: RegisterLineageParameters,
  standing: readonly Link[],
  first: number,
): Promise<void> {
  const { chain } = sender
  const known = async ({ round, id }: Link): Promise<boolean> => {
    const { status } = await readRound(chain, { ledger: contracts.ledger, task, round, signal })
    return status !== 'pruned' || readWitnessed(chain, { registry, id, signal })
  }
  let at = first
  while (at < standing.length && !(await known(standing[at]!))) at++
  for (; at > first; at--) {
    const { round, claim } = standing[at]!
    await witnessClaim(sender, { registry, task, round, claim, signal })
  }
}
