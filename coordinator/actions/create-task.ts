import { createTask, fundRewards } from '../../src/chain/index.ts'
import type { Contracts, TaskOrigin, TaskTerms, TransactionSender } from '../../src/chain/index.ts'
import { assertSafe, taskRule } from '../../src/aggregation/index.ts'
import {
  checkSpec,
  documentHash,
  encodeSpec,
  modelBytes,
  modelRoot,
  ReferenceId,
  RuleId,
  toHex,
} from '../../src/protocol/index.ts'
import type { RuleSpec, TaskSpec } from '../../src/protocol/index.ts'
import { defaultTask, formatTaskDocument } from '../../src/training/index.ts'
import type { TaskDocument } from '../../src/training/index.ts'
import type { TaskFiles } from './task-files.ts'

/** Share of the stake that makes a claim final at once, unless a founder asks for another: two thirds. */
export const DEFAULT_QUORUM_BPS = 6667
/** Assumed Byzantine share of the sealed weight, unless a founder asks for another. */
export const DEFAULT_TOLERANCE_BPS = 2500
/** Least sealed weight of a claim, as a share of the stake, unless a founder asks for another. */
export const DEFAULT_MIN_SEALED_BPS = 5000
/** The same in a task that draws its members: chance moves how much weight is drawn. */
export const DEFAULT_MIN_SEALED_DRAWN_BPS = 3000
/** Share of the reward for the operator, unless a founder asks for another. */
export const DEFAULT_OPERATOR_SHARE_BPS = 1000

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
  operatorShareBps?: number
  /** Expected members of a drawn round, 1 to 80. Default 0: every member of the snapshot has a row. */
  committee?: number
}

/** Defaults of the rule that docs/aggregation.md argues for. */
const RULE_DEFAULTS: Omit<RuleSpec, 'rule' | 'byzantineBps' | 'reference' | 'referenceDecay'> = {
  iterations: 8,
  capQ16: 4 * 65_536,
  rejectBps: 21_500,
  referenceGain: 3,
}

/** What of a task follows from its model. */
export interface TaskModel extends Pick<TaskSpec, 'tensors' | 'minNormSq' | 'maxNormSq'> {
  document: TaskDocument
  /** int32[D], the model that the document's `genesis` is the hash of. */
  genesis: Int32Array
}

/**
 * The specification and document of a task with a built-in model from its options; pure, so two calls give the same hashes.
 *
 * @throws QuorateError RULE_NOT_PROVABLE for a rule that exists in the lab only, CONFIG_INVALID for an unknown one, SPEC_OUT_OF_BOUNDS
 */
export function describeTask(options: TaskOptions): TaskFiles {
  const { model, seed, partition, localSamples } = options
  const { document, ...others } = defaultTask({ model, seed, partition })
  if (localSamples !== undefined) document.local.samples = localSamples
  return assembleTask({ document, ...others }, options)
}

/** The files of a task from its model and its terms. Errors: as `describeTask`. */
export function assembleTask(
  { document, tensors, minNormSq, maxNormSq, genesis }: TaskModel,
  options: Omit<TaskOptions, 'model' | 'seed' | 'partition' | 'localSamples'>,
): TaskFiles {
  const documentJson = formatTaskDocument(document)
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
    minSealedBps: options.minSealedBps ?? (options.committee ? DEFAULT_MIN_SEALED_DRAWN_BPS : DEFAULT_MIN_SEALED_BPS),
    rewardPerRound: options.rewardPerRound,
    operatorShareBps: options.operatorShareBps ?? DEFAULT_OPERATOR_SHARE_BPS,
    committee: options.committee ?? 0,
    genesisModelRoot: toHex(modelRoot(genesis)),
    document: documentHash(documentJson),
  }
  checkSpec(spec)
  return { spec, specJson: encodeSpec(spec), documentJson, genesis: modelBytes(genesis) }
}

export interface OpenTaskParameters extends TaskTerms {
  contracts: Contracts
  files: Pick<TaskFiles, 'spec'>
  /** Token wei paid into the reward pot at once. */
  funding: bigint
  /** Stakes of the members expected at the start: a rule that could not hold with them is refused here. */
  stakes?: readonly bigint[]
  /** The task that this one succeeds. */
  origin?: TaskOrigin
  signal?: AbortSignal
}

/**
 * Creates a task on chain and funds its rewards; the sender is its founder. Its first round opens when an operator takes the seat (`takeSeat`).
 *
 * @throws QuorateError RULE_UNSAFE, TRANSACTION_REVERTED, TOKEN_BALANCE_TOO_LOW, …
 */
export async function openTask(
  sender: TransactionSender,
  { contracts, files, funding, stakes, signal, ...terms }: OpenTaskParameters,
): Promise<{ task: bigint; blockNumber: bigint }> {
  const { spec } = files
  const { ledger, distributor, token } = contracts
  if (stakes) assertSafe(stakes, spec.rule)
  const { task, blockNumber } = await createTask(sender, { ledger, spec, ...terms, signal })
  if (funding > 0n) await fundRewards(sender, { distributor, token, task, amount: funding, signal })
  return { task, blockNumber }
}
