import { parseAmount } from '../../src/core/index.ts'
import type { TokenUnit } from '../../src/core/index.ts'
import { fileHash, modelBytes } from '../../src/protocol/index.ts'
import type { TaskSpec } from '../../src/protocol/index.ts'
import {
  calibrateExponents,
  dequantiseModel,
  lossByName,
  normBounds,
  serverStep,
  tensorLayout,
} from '../../src/training/index.ts'
import type { Learner, LossName, MetricName, TaskDocument } from '../../src/training/index.ts'
import type { TaskTerms } from '../../src/chain/index.ts'
import { assembleTask, DEFAULT_TOLERANCE_BPS } from '../actions/create-task.ts'
import type { TaskFiles } from '../actions/task-files.ts'
import { describeData } from './describe-data.ts'
import { describeModel } from './describe-model.ts'
import type { TaskFile } from './task-file.ts'

/** Makes a learner for a trial training; dispose of it. */
export type TrialLearner = (
  document: TaskDocument,
  spec: Pick<TaskSpec, 'tensors'>,
) => Promise<Pick<Learner, 'train' | 'dispose'>>

export interface TaskPlan {
  files: TaskFiles
  terms: Pick<TaskTerms, 'windows' | 'quorumBps' | 'minMembers' | 'minStake'>
  penalties: { falseClaimPenalty?: bigint; faultPenalty?: bigint }
  /** What the founder should know of the model. */
  notes: readonly string[]
  /** What a trial training showed; left out when the file names the exponent. */
  trial?: { loss: number; samples: number; seconds: number }
}

/**
 * Makes everything that a task publishes from its file. Where the file names no exponent of updates, a trial training chooses them.
 *
 * @param unit of the token that pays and is staked
 * @throws QuorateError CONFIG_INVALID, MODEL_MISMATCH, TRAINING_DIVERGED, SPEC_OUT_OF_BOUNDS, RULE_NOT_PROVABLE, CANCELLED
 */
export async function planTask(
  file: TaskFile,
  { unit, learner, signal }: { unit: TokenUnit; learner: TrialLearner; signal?: AbortSignal },
): Promise<TaskPlan> {
  const { model, tensors: shapes, genesis, personal, notes } = await describeModel(file)
  const layout = tensorLayout(shapes)
  const { seed, loss, ...local } = file.training
  const document: TaskDocument = {
    name: file.name,
    model,
    ...(await describeData(file.data)),
    loss,
    tensors: shapes,
    genesis: fileHash(modelBytes(genesis)),
    ...(file.grants && { grants: file.grants }),
    ...(personal && { personal }),
    local,
    evaluation: { ...file.evaluation, metric: file.evaluation.metric ?? defaultMetric(loss) },
    seed,
  }
  const specOf = (exponents: readonly number[]): TaskSpec['tensors'] =>
    layout.tensors.map(({ length }, index) => {
      const both = { updateExponent: exponents[index]!, modelExponent: file.update.modelExponent }
      return { length, ...both, ...serverStep(both, file.update.serverLearningRate) }
    })
  const { exponent } = file.update
  let tensors = specOf(shapes.map(() => exponent ?? file.update.modelExponent))
  let trial: TaskPlan['trial']
  if (exponent === undefined) {
    const started = performance.now()
    const trained = await tryTraining(learner, document, { tensors, weights: dequantiseModel(layout, tensors, genesis), signal })
    tensors = specOf(calibrateExponents(layout, trained.delta))
    trial = { ...trained.metrics, seconds: (performance.now() - started) / 1000 }
  }
  const { rewards, members, rule, windows } = file
  const files = assembleTask(
    { document, tensors, ...normBounds(layout.parameters), genesis },
    {
      rule: rule.name,
      byzantineBps: rule.byzantine,
      rewardPerRound: parseAmount(rewards.perRound, unit),
      operatorShareBps: rewards.operatorShare,
      toleranceBps: members.tolerance ?? Math.max(DEFAULT_TOLERANCE_BPS, rule.byzantine),
      minSealedBps: members.leastSealed,
      committee: members.committee,
    },
  )
  return {
    files,
    terms: {
      windows,
      quorumBps: members.quorum,
      minMembers: members.least,
      minStake: parseAmount(members.leastStake, unit),
    },
    penalties: {
      ...(rewards.falseClaimPenalty !== undefined && { falseClaimPenalty: parseAmount(rewards.falseClaimPenalty, unit) }),
      ...(rewards.faultPenalty !== undefined && { faultPenalty: parseAmount(rewards.faultPenalty, unit) }),
    },
    notes,
    ...(trial && { trial }),
  }
}

function defaultMetric(loss: LossName): MetricName {
  return lossByName(loss).labels === 'number' ? 'loss' : 'accuracy'
}

async function tryTraining(
  learner: TrialLearner,
  document: TaskDocument,
  { tensors, weights, signal }: { tensors: TaskSpec['tensors']; weights: Float32Array; signal: AbortSignal | undefined },
): ReturnType<Learner['train']> {
  const one = await learner(document, { tensors })
  try {
    return await one.train({ weights, step: 1, ...(signal && { signal }) })
  } finally {
    one.dispose()
  }
}
