import { keccak, toHex } from '../../protocol/index.ts'
import type { Address, TaskSpec } from '../../protocol/index.ts'
import type { Evaluation, Layout, Learner, MeasuredRound, RoundSelection } from '../../training/index.ts'
import type { Attack } from '../attacks/index.ts'

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
  /** Measures weights, float32[D], on records that nobody trained on. */
  evaluate: (weights: Float32Array, signal?: AbortSignal) => Promise<Evaluation>
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
  evaluation: Evaluation
}

/** The seed by which a member rounds its updates. */
export function roundingSeed({ seed }: Pick<SimulationSetup, 'seed'>, { name }: Pick<SimulatedMember, 'name'>): string {
  return `${seed}/${name}`
}

/** Stands for the owner of a member. @param place in `members` */
export function memberAddress(place: number): Address {
  return toHex(keccak(new TextEncoder().encode(`simulated member ${place}`)).slice(12))
}
