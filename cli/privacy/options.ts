import { InvalidArgumentError } from 'commander'
import type { Command } from 'commander'
import { QuorateError } from '../../src/core/index.ts'
import { positiveNumber } from '../chain-options.ts'

/** What a member trains on and how: the part of the options that both commands share. */
export interface TrainingFlags {
  samples: number
  batch: number
  rounds: number
  stepsPerRound: number
  delta: number
  json: boolean
}

export function positiveDecimal(text: string): number {
  const value = /^[\d.]+(e[+-]?\d+)?$/i.test(text) ? Number(text) : NaN
  if (!(value > 0 && value < Infinity)) throw new InvalidArgumentError('expected a number above 0.')
  return value
}

export function probability(text: string): number {
  const value = positiveDecimal(text)
  if (value >= 1) throw new InvalidArgumentError('expected a number above 0 and below 1, such as 1e-5.')
  return value
}

export function addTrainingOptions(command: Command): Command {
  return command
    .option('--delta <probability>', 'the probability that epsilon may fail with; below one over the records', probability, 1e-5)
    .requiredOption('--rounds <number>', 'rounds that the member takes part in', positiveNumber)
    .requiredOption('--samples <number>', 'records that the member trains on', positiveNumber)
    .requiredOption('--batch <number>', 'records of a step on average', positiveNumber)
    .option('--steps-per-round <number>', 'steps of the optimiser in a round', positiveNumber, 1)
    .option('--json', 'print the result as JSON', false)
}

/** The probability with which each record enters a step. @throws QuorateError FLAG_INVALID */
export function samplingRateOf({ samples, batch }: TrainingFlags): number {
  if (batch > samples)
    throw new QuorateError('FLAG_INVALID', `--batch: a step cannot take ${batch} of ${samples} records`, {
      details: { option: '--batch', samples, batch },
    })
  return batch / samples
}

/** A member that may lose one whole record with this probability is not protected by it. */
export function deltaWarning({ delta, samples }: TrainingFlags): string | undefined {
  if (delta * samples < 1) return undefined
  return `! delta ${delta} is not below one over ${samples.toLocaleString('en')} records: it would allow to publish a record. Take a smaller --delta.`
}
