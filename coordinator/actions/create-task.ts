import { createTask, fundRewards } from '../../src/chain/index.ts'
import type { Contracts, TransactionSender } from '../../src/chain/index.ts'
import { assertSafe, taskRule } from '../../src/aggregation/index.ts'
import { referenceRootOf } from '../../src/replay/index.ts'
import {
  documentHash,
  encodeSpec,
  modelBytes,
  modelRoot,
  paddedLength,
  ReferenceId,
  RuleId,
  specHash,
  toHex,
} from '../../src/protocol/index.ts'
import type { Address, RuleSpec, TaskSpec, Windows } from '../../src/protocol/index.ts'
import { defaultTask, formatTaskDocument, genesisModel, modelByName } from '../../src/training/index.ts'

/** Share of the stake that makes a claim final at once, unless a founder asks for another: two thirds. */
export const DEFAULT_QUORUM_BPS = 6667
/** Assumed Byzantine share of the sealed weight, unless a founder asks for another. */
export const DEFAULT_TOLERANCE_BPS = 2500
/** Least sealed weight of a claim, as a share of the stake, unless a founder asks for another. */
export const DEFAULT_MIN_SEALED_BPS = 5000

export interface TaskOptions {
  model: string
  seed: number
  partition?: string
  /** Samples that a member trains on in a round; 0 for all of its own. If left out, what suits the model. */
  localSamples?: number
  /** By a name that `taskRule` knows. */
  rule: string
  /** Tolerated Byzantine share of the stake, basis points. */
  byzantineBps: number
  /**
   * What the public row is for; by default from the rule's name: `novelty` for the default rule, so that a member that
   * resends the last step earns nothing.
   */
  reference?: keyof typeof ReferenceId
  rewardPerRound: bigint
  toleranceBps?: number
  minSealedBps?: number
}

export interface TaskFiles {
  spec: TaskSpec
  specJson: string
  documentJson: string
  /** The genesis model as a blob, 4·D bytes. */
  genesis: Uint8Array
}

/** Defaults of the rule that docs/aggregation.md argues for. */
const RULE_DEFAULTS: Omit<RuleSpec, 'rule' | 'byzantineBps' | 'reference' | 'referenceDecay'> = {
  iterations: 8,
  capQ16: 4 * 65_536,
  rejectBps: 21_500,
  referenceGain: 3,
}

/**
 * The specification and document of a task from its options; pure, so two calls give the same hashes.
 *
 * @throws QuorateError RULE_NOT_PROVABLE for a rule that exists in the lab only, CONFIG_INVALID for an unknown one
 */
export function describeTask(options: TaskOptions): TaskFiles {
  const { model, seed, partition, localSamples } = options
  const { document, tensors, minNormSq, maxNormSq } = defaultTask({ model, seed, partition })
  if (localSamples !== undefined) document.local.samples = localSamples
  const documentJson = formatTaskDocument(document)
  const genesis = genesisModel(modelByName(document.model), tensors, document.seed)
  const asked = taskRule(options.rule)
  const reference = ReferenceId[options.reference ?? asked.reference]
  const spec: TaskSpec = {
    tensors,
    rule: {
      ...RULE_DEFAULTS,
      rule: RuleId[asked.rule],
      byzantineBps: asked.rule === 'mean' ? 0 : options.byzantineBps,
      reference,
      // Trust wants the past, novelty the last step alone.
      referenceDecay: reference === ReferenceId.novelty ? 0 : 230,
    },
    minNormSq,
    maxNormSq,
    toleranceBps: options.toleranceBps ?? DEFAULT_TOLERANCE_BPS,
    minSealedBps: options.minSealedBps ?? DEFAULT_MIN_SEALED_BPS,
    rewardPerRound: options.rewardPerRound,
    genesisModelRoot: toHex(modelRoot(genesis)),
    document: documentHash(documentJson),
  }
  return { spec, specJson: encodeSpec(spec), documentJson, genesis: modelBytes(genesis) }
}

export interface OpenTaskParameters {
  contracts: Contracts
  files: TaskFiles
  windows: Windows
  /** Share of the stake that makes a claim final at once, basis points. */
  quorumBps: number
  falseClaimPenalty: bigint
  faultPenalty: bigint
  bountyBps: number
  judge: Address
  /** Without them no round opens: members, and their stake in token wei. */
  minMembers: number
  minStake: bigint
  /** Token wei paid into the reward pot at once. */
  funding: bigint
  /** Stakes of the members expected at the start: a rule that could not hold with them is refused here. */
  stakes?: readonly bigint[]
  signal?: AbortSignal
}

/**
 * Creates a task on chain and funds its rewards, as the ledger's owner. Its first round opens when an operator takes the seat (`takeSeat`).
 *
 * @throws QuorateError RULE_UNSAFE, TRANSACTION_REVERTED, TOKEN_BALANCE_TOO_LOW, …
 */
export async function openTask(
  sender: TransactionSender,
  parameters: OpenTaskParameters,
): Promise<{ task: bigint; blockNumber: bigint }> {
  const {
    contracts,
    files,
    windows,
    quorumBps,
    falseClaimPenalty,
    faultPenalty,
    bountyBps,
    judge,
    minMembers,
    minStake,
    funding,
    stakes,
    signal,
  } = parameters
  const { spec } = files
  if (stakes) assertSafe(stakes, spec.rule)
  const reference = spec.rule.reference === 0 ? null : new Int8Array(paddedLength(spec))
  const { task, blockNumber } = await createTask(sender, {
    ledger: contracts.ledger,
    specHash: specHash(spec),
    genesisModelRoot: spec.genesisModelRoot,
    genesisReferenceRoot: referenceRootOf(reference),
    windows,
    rewardPerRound: spec.rewardPerRound,
    quorumBps,
    judge,
    falseClaimPenalty,
    faultPenalty,
    bountyBps,
    minMembers,
    minStake,
    signal,
  })
  if (funding > 0n)
    await fundRewards(sender, { distributor: contracts.distributor, token: contracts.token, task, amount: funding, signal })
  return { task, blockNumber }
}
