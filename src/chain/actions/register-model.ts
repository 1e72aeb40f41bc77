import type { Address, Claim, Hash } from '../../protocol/types.ts'
import { ZERO_HASH } from '../../protocol/bytes.ts'
import { claimHash } from '../../protocol/claim.ts'
import { modelRegistryAbi } from '../abi/index.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../transactions/transaction-sender.ts'

/** What the chain cannot know of a model. */
export interface ModelMetadata {
  /** `fingerprintsRoot` of the data sets it was trained on. */
  datasets: Hash
  /** Commit of the program that trained it; 20-byte commit hashes are left-aligned (`commitWord`). */
  code: Hash
  /** keccak256 of the licence text. */
  licence: Hash
  /** SHA-256 of a file with the weights, the digest of its content address; zero where nobody registered a file. */
  weights: Hash
}

/** What genesis has. */
const NOTHING: ModelMetadata = { datasets: ZERO_HASH, code: ZERO_HASH, licence: ZERO_HASH, weights: ZERO_HASH }

export interface RegisterModelParameters extends WriteOptions {
  registry: Address
  task: bigint
  round: bigint
  /** The round's claim, as posted. */
  claim: Claim
  /** Not for round 0, which has nothing to add. */
  metadata?: ModelMetadata
}

/**
 * Enters the model of a final round, or with round 0 a task's genesis model, into the registry. Its parent must be registered before.
 * Sender: the operator that posted the round (owner or operator key) or governance; anyone for genesis.
 *
 * Errors: ROUND_NOT_FINAL, TRANSACTION_REVERTED with `AlreadyRegistered`, `ParentMissing`, `NotRegistrar` or `MetadataMissing`, and those
 * of every write.
 *
 * @example
 * await registerModel(sender, { registry, task: 1n, round: 0n, claim: genesisClaim(specHash, modelRoot, referenceRoot) })
 * await registerModel(sender, { registry, task: 1n, round: 1n, claim, metadata: { datasets, code, licence, weights } })
 */
export async function registerModel(
  sender: TransactionSender,
  parameters: RegisterModelParameters,
): Promise<TransactionResult & { id: Hash }> {
  const { registry, task, round, claim, metadata = NOTHING, signal } = parameters
  const request = { doing: `register the model of round ${round} of task ${task}`, to: registry, abi: modelRegistryAbi, signal }
  const result =
    round === 0n
      ? await sender.write({ ...request, functionName: 'registerGenesis', args: [task, claim] })
      : await sender.write({ ...request, functionName: 'register', args: [task, round, claim, metadata] })
  return { ...result, id: claimHash(task, round, claim) }
}
