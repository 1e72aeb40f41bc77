import type { Random, ClassSamples, TaskDocument } from '../../training/index.ts'

export interface DealContext {
  /** Labels of the training split. */
  labels: Uint8Array
  classes: number
  /** Shape of one sample. */
  inputShape: readonly number[]
  /** Affected members, ascending. */
  odd: readonly number[]
  random: Random
}

/**
 * A circumstance of one or a few honest members: unusual data, unusual training, or a task that does not fit. The lab
 * measures how the rule treats them and the others.
 */
export interface Circumstance {
  name: string
  /** One line for people. */
  description: string
  /** Deals the samples again: indices by member, from the shares of the partition. */
  deal?(shares: readonly Uint32Array[], context: DealContext): Uint32Array[]
  /** The samples that an affected member trains on instead of its share. Does not change its argument. */
  samples?(samples: ClassSamples, context: Pick<DealContext, 'classes' | 'inputShape' | 'random'>): ClassSamples
  /** Whether the world of an affected member looks like that for good: its test samples are then changed as its samples are. */
  unlike?: true
  /** The training settings of an affected member, instead of the task's. */
  local?(local: TaskDocument['local']): TaskDocument['local']
  /** First round of an affected member in a run of `rounds` rounds. */
  joins?(rounds: number): number
  /** Added to the update exponent of the task, so it affects all members. */
  exponentShift?: number
}
