import { keccak, toHex } from '../../protocol/index.ts'
import type { Address, TaskSpec } from '../../protocol/index.ts'
import type { Evaluation, Layout, Learner, MeasuredRound, RoundSelection } from '../../training/index.ts'
import type { Attack } from '../attacks/index.ts'
import type { MeasuredMember } from './measure.ts'

/** One member of a simulated consortium. All members have equal stakes. */
export interface SimulatedMember {
  name: string
  /** What a poisoner does; undefined for an honest member. */
  attack?: Attack
  /** Samples to train on; undefined where a program does not say it. */
  samples?: number
  /** Trains on the data of this member, which the attack has poisoned already if it poisons samples. */
  learner: Pick<Learner, 'train' | 'evaluate' | 'dispose'>
}

/** What a simulation runs. The specification is what the task would put on chain. */
export interface SimulationSetup {
  spec: TaskSpec
  layout: Layout
  /** μ of the momentum that members keep over rounds; 0 for none. */
  memberMomentum: number
  /** int32[D]. */
  genesis: Int32Array
  members: readonly SimulatedMember[]
  /** Measures weights, float32[D], on records that nobody trained on; in a task with personal layers as the given member would use them. */
  evaluate: (weights: Float32Array, signal?: AbortSignal, of?: MeasuredMember) => Promise<Evaluation>
  /** Set in a task with personal layers: how many records all members are measured on together. */
  own?: { records: number }
  rounds: number
  selection: RoundSelection
  /** Fixes the rounding of updates. The learners have seeds of their own. */
  seed: number
  signal?: AbortSignal
  /** Called after each training of a member. */
  onTrained?: (member: SimulatedMember) => void
}

/** A model after a round. */
export interface SimulatedRound extends MeasuredRound {
  /** In a task with personal layers the mean of the honest members. */
  evaluation: Evaluation
  /** Of each honest member with its own layers; left out where nothing is personal. */
  each?: { member: string; evaluation: Evaluation }[]
}

/** The seed by which a member rounds its updates. */
export function roundingSeed({ seed }: Pick<SimulationSetup, 'seed'>, { name }: Pick<SimulatedMember, 'name'>): string {
  return `${seed}/${name}`
}

/** Stands for the owner of a member. @param place in `members` */
export function memberAddress(place: number): Address {
  return toHex(keccak(new TextEncoder().encode(`simulated member ${place}`)).slice(12))
}
