import { epsilonOf, LEAST_PLD_DELTA, noiseFor, pldEpsilon, stepsLeft } from '../../src/privacy/index.ts'
import type { PrivacyBudget, SampledGaussian } from '../../src/privacy/index.ts'

/** Parts of the rounds after which a plan says what is spent. */
const MILESTONES = [0.1, 0.5, 1]
/** Noise that a plan compares with its own, as multiples of it. */
const OTHER_NOISE = [0.5, 0.75, 0.9, 1, 1.1, 1.25, 1.5, 2]
/** Digits of the noise multiplier that people read and type. */
const DIGITS = 4

export interface Spent {
  rounds: number
  /** By the bound that nodes count with. */
  epsilonRdp: number
  /** The tight number; undefined where delta is too small for it. */
  epsilonPld: number | undefined
}

export interface PrivacyPlan {
  budget: PrivacyBudget
  samplingRate: number
  rounds: number
  steps: number
  noiseMultiplier: number
  spent: Spent[]
  /** Rounds that the whole budget pays for, at this noise and at others. */
  otherNoise: { noiseMultiplier: number; rounds: number }[]
}

export interface PlanOptions {
  budget: PrivacyBudget
  samplingRate: number
  rounds: number
  stepsPerRound: number
}

/**
 * Solves for the noise, rounded up to what people type, and says what it costs over time.
 *
 * @throws QuorateError PRIVACY_PARAMETER, PRIVACY_UNREACHABLE
 */
export function makePlan({ budget, samplingRate, rounds, stepsPerRound }: PlanOptions): PrivacyPlan {
  const steps = rounds * stepsPerRound
  const noiseMultiplier = roundedUp(noiseFor({ ...budget, samplingRate, steps }))
  const milestones = new Set(MILESTONES.map((part) => Math.ceil(part * rounds)))
  return {
    budget,
    samplingRate,
    rounds,
    steps,
    noiseMultiplier,
    spent: [...milestones].map((after) => spentAfter({ noiseMultiplier, samplingRate }, after, stepsPerRound, budget.delta)),
    otherNoise: otherNoise({ noiseMultiplier, samplingRate }, stepsPerRound, budget),
  }
}

/** What some rounds of equal steps cost. */
export function spentAfter(step: SampledGaussian, rounds: number, stepsPerRound: number, delta: number): Spent {
  const events = [{ ...step, steps: rounds * stepsPerRound }]
  return {
    rounds,
    epsilonRdp: epsilonOf(events, delta),
    epsilonPld: delta < LEAST_PLD_DELTA ? undefined : pldEpsilon(events, delta),
  }
}

function otherNoise(
  { noiseMultiplier, samplingRate }: SampledGaussian,
  stepsPerRound: number,
  budget: PrivacyBudget,
): PrivacyPlan['otherNoise'] {
  return OTHER_NOISE.map((factor) => {
    const other = factor === 1 ? noiseMultiplier : roundedUp(factor * noiseMultiplier)
    const left = stepsLeft([], { noiseMultiplier: other, samplingRate }, budget)
    return { noiseMultiplier: other, rounds: Math.floor(left / stepsPerRound) }
  })
}

function roundedUp(value: number): number {
  const unit = 10 ** DIGITS
  return Math.ceil(value * unit) / unit
}
