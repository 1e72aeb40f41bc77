/** Attacks that know every honest update of the round, for the lab. Each is one file, an `OmniscientAttack`, and a line here. */
import { alie, optimisedAlie } from './alie.ts'
import { ipm, ipmLong, optimisedIpm } from './ipm.ts'
import { mimic } from './mimic.ts'
import { minMax, minSum } from './min-max.ts'
import type { OmniscientAttack } from './omniscient-attack.ts'
import { split64, stakeSplitting, unsplit } from './stake-splitting.ts'
import { underThreshold } from './under-threshold.ts'

export type { Judgement, OmniscientAttack, OmniscientContext } from './omniscient-attack.ts'

export const OMNISCIENT_ATTACKS: readonly OmniscientAttack[] = [
  alie,
  optimisedAlie,
  ipm,
  ipmLong,
  optimisedIpm,
  minMax,
  minSum,
  mimic,
  underThreshold,
  stakeSplitting,
  unsplit,
  split64,
]
