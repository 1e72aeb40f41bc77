import type { Random, Samples, TaskDocument } from '../../training/index.ts'

export interface DealContext {
  /** Labels of the training split. */
  labels: Uint8Array
  classes: number
  /** Members whose circumstances are odd, ascending. */
  odd: readonly number[]
  random: Random
}

/**
 * Something that sets one or a few honest members apart although nobody attacks: unusual data, unusual training, or a task that does not fit. The lab asks
 * what the rule does to them and to the others.
 */
export interface Circumstance {
  name: string
  /** One line for people. */
  description: string
  /** Deals the samples anew: indices by member, from the shares that the partition gave. */
  deal?(shares: readonly Uint32Array[], context: DealContext): Uint32Array[]
  /** What an odd member trains on instead of its share; leaves what it is given alone. */
  samples?(samples: Samples, context: Pick<DealContext, 'classes' | 'random'>): Samples
  /** How an odd member trains instead of as the task says. */
  local?(local: TaskDocument['local']): TaskDocument['local']
  /** First round of an odd member in a run of so many. */
  joins?(rounds: number): number
  /** Added to the update exponent of the task, so it concerns everyone. */
  exponentShift?: number
}
