import { bucketShift, ReferenceId, RuleId, toHex } from '../protocol/index.ts'
import type { TaskSpec } from '../protocol/index.ts'
import { defaultTask, serverStep } from '../training/index.ts'
import type { DefaultTask } from '../training/index.ts'
import { byzantineShare } from './byzantine-share.ts'
import type { LabParts } from './cell-result.ts'
import type { Circumstance } from './circumstances/index.ts'
import { coarserTensors, leastNormSq } from './fewer-bytes/index.ts'
import type { Cell, LabSettings } from './grid.ts'

const NOTHING = toHex(new Uint8Array(32))

/** Of a model in float32: 2^-26 is the last bit of a weight of 1/4, and ±32 still fit an int32. */
const FLOAT_EXPONENT = -26

/** The default task of the model with the changes of the cell and the settings. */
export function taskOf(
  { dataset, seed, partition }: Cell,
  { model, samples, local, updateExponent, precision, personal = [], bucket, bits }: LabSettings,
  { exponentShift = 0 }: Circumstance,
): DefaultTask {
  const base = defaultTask({ model, seed, partition, personal })
  return {
    ...base,
    tensors: coarserTensors(base.tensors, bits).map((tensor) => {
      const exponents = {
        updateExponent: (updateExponent ?? tensor.updateExponent) + exponentShift,
        modelExponent: precision === 'float32' ? FLOAT_EXPONENT : tensor.modelExponent,
      }
      return { ...tensor, ...exponents, ...serverStep(exponents, bucket === undefined ? 1 : 2 ** bucketShift(bucket) / bucket) }
    }),
    document: { ...base.document, dataset, local: { ...base.document.local, ...local, samples } },
  }
}

/** What a real task would put on chain for this cell. */
export function specOf(cell: Cell, settings: LabSettings, { rule }: Pick<LabParts, 'rule'>, task: DefaultTask): TaskSpec {
  const { iterations, capQ16, rejectBps } = settings
  return {
    tensors: task.tensors,
    rule: {
      // Rules of the lab decide in place of this one.
      rule: rule.provable && rule.name !== 'mean' ? RuleId.nnmGm : RuleId.mean,
      byzantineBps: byzantineShare(rule, cell, settings.bucket),
      iterations,
      capQ16,
      rejectBps,
      ...publicRowOf(rule.publicRow),
      referenceGain: 3,
    },
    minNormSq: leastNormSq(task.minNormSq, settings),
    maxNormSq: task.maxNormSq,
    toleranceBps: 2500,
    minSealedBps: 5000,
    rewardPerRound: 80n * 10n ** 18n,
    // Nobody posts here: members split the whole reward.
    operatorShareBps: 0,
    committee: 0,
    genesisModelRoot: NOTHING,
    document: NOTHING,
  }
}

function publicRowOf(row: LabParts['rule']['publicRow']): Pick<TaskSpec['rule'], 'reference' | 'referenceDecay'> {
  if (row === 'last') return { reference: ReferenceId.novelty, referenceDecay: 0 }
  return { reference: row === 'none' ? ReferenceId.none : ReferenceId.past, referenceDecay: 230 }
}
