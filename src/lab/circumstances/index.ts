/**
 * Circumstances of honest members that no rule should punish. A new one is a `Circumstance` and a line in `CIRCUMSTANCES`; `quorate lab --circumstance NAME`
 * runs it.
 *
 * @example circumstanceByName('few-samples').description
 */
import { QuorateError } from '../../core/index.ts'
import type { Circumstance } from './circumstance.ts'
import { fewSamples } from './few-samples.ts'
import { labelNoise } from './label-noise.ts'
import { late } from './late.ts'
import { lowerClasses } from './lower-classes.ts'
import { moreSteps } from './more-steps.ts'
import { ownClass } from './own-class.ts'
import { permutedLabels } from './permuted-labels.ts'
import { rareClass } from './rare-class.ts'
import { saturated } from './saturated.ts'
import { invertedImages, rotatedImages } from './unusual-images.ts'

export type { Circumstance, DealContext } from './circumstance.ts'

/** No member differs. */
const none: Circumstance = { name: 'none', description: 'no member differs' }

export const CIRCUMSTANCES: readonly Circumstance[] = [
  none,
  rareClass,
  ownClass,
  lowerClasses,
  fewSamples,
  rotatedImages,
  invertedImages,
  permutedLabels,
  labelNoise,
  moreSteps,
  late,
  saturated,
]

/** @throws QuorateError CONFIG_INVALID listing the known names */
export function circumstanceByName(name: string): Circumstance {
  const circumstance = CIRCUMSTANCES.find((candidate) => candidate.name === name)
  if (circumstance) return circumstance
  const known = CIRCUMSTANCES.map(({ name }) => name).join(', ')
  throw new QuorateError('CONFIG_INVALID', `circumstance "${name}" is unknown; known: ${known}`, {
    details: { circumstance: name },
  })
}
