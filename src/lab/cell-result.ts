import type { Kernels, LabRule } from '../aggregation/index.ts'
import type { Backend, Dataset } from '../training/index.ts'
import type { LabAttack } from './attacks/index.ts'
import type { Cell, LabSettings } from './grid.ts'
import type { SharedTraining } from './share-training.ts'

/** What a run is made of; the parts that several runs can share. */
export interface LabParts {
  dataset: Dataset
  backend: Backend
  kernels: Kernels
  /** Undefined for `none`. */
  attack?: LabAttack
  rule: LabRule
  /** Trainings of earlier cells; each cell trains by itself if left out. */
  shared?: SharedTraining
  signal?: AbortSignal
}

/** How the rule treated one group of members, as shares of its member-rounds or of the group's fair share. */
export interface Treatment {
  /** Refused for this round's update, as inadmissible, or for those before it. */
  rejected: number
  downweighted: number
  /** Member-rounds with β = 0: rejected, or down-weighted to nothing. */
  weightless: number
  /** Member-rounds that earned nothing, `rejected` among them. */
  unpaid: number
  /** Reward over what equal pay would have given. */
  pay: number
  /** β over the share of stake. */
  weight: number
}

/** What the evidence across rounds did to one identity. */
export interface Punishment {
  /** The round whose verdict began its first quarantine. */
  quarantined?: number
  /** Quarantines after the first within memory. */
  repeats: number
}

/** Accuracies on test samples like a member's own, in its mix of classes and with its own layers: means over members. */
export interface OwnAccuracy {
  /** Honest members that the circumstance sets apart; left out without any. */
  affected?: number
  /** The other honest members. */
  others: number
}

export interface CellResult {
  key: string
  cell: Cell
  settings: LabSettings
  /** Why the rule refused the cohort; everything below is then left out. */
  refused?: string
  /** Test accuracy after each round. With personal layers the mean of the honest members that no circumstance sets apart, each with its own layers. */
  accuracy: number[]
  peak: number
  final: number
  /** Share of the backdoor's test samples that are taken for the attacker's target at the end. */
  backdoor?: number
  /** At the end. Measured where members have personal layers, or a circumstance gives some another world. */
  own?: OwnAccuracy
  /** The same of members that train alone. */
  alone?: OwnAccuracy
  honest?: Treatment
  attackers?: Treatment
  /** Each identity of the attackers. */
  punished?: Punishment[]
  /** Members that the circumstance sets apart; honest ones too. */
  odd?: Treatment
  /** Each honest member by itself. */
  members?: Treatment[]
  /** Verdict of every round that each seat took part in, one digit each: what evidence across rounds is simulated from. */
  verdicts?: { honest: string[]; attackers: string[] }
  seconds: number
}
