import { QuorateError } from '../../src/core/index.ts'
import type { LabFlags } from './options.ts'

/** Named protocols: values for options that the user leaves out. */
export const PRESETS: Readonly<Record<string, Partial<LabFlags>>> = {
  // The MNIST protocol of Allouah et al. 2023 and of ByzFL's heat maps; training as the default task of cnn-wide says.
  p1: {
    model: 'cnn-wide',
    partition: 'gamma:1,gamma:0.66,gamma:0.33,gamma:0',
    members: '10+f',
    byzantine: '1,2,3,4',
    attack: 'sign-flip,optimised-ipm,optimised-alie,label-flip,mimic,min-max,min-sum',
    rule: 'nnmGm',
    seed: '1,2,3',
    rounds: 800,
    samples: 25,
    testSamples: 2000,
    evaluateEvery: 50,
    searchEvery: 10,
  },
  // One small step a round under the members' own momentum, on the MLP.
  steps: {
    rounds: 200,
    samples: 32,
    batchSize: 32,
    learningRate: 0.1,
    momentum: 0,
    memberMomentum: 0.9,
    updateExponent: -12,
    evaluateEvery: 20,
    searchEvery: 5,
  },
}

/**
 * The options, with the preset's values for options that the user left out.
 *
 * @param typed whether a flag was given on the command line
 * @throws QuorateError FLAG_INVALID if the preset is unknown
 */
export function withPreset(flags: LabFlags, typed: (flag: keyof LabFlags) => boolean): LabFlags {
  if (flags.preset === undefined) return flags
  const preset = Object.hasOwn(PRESETS, flags.preset) ? PRESETS[flags.preset]! : undefined
  if (!preset) {
    throw new QuorateError('FLAG_INVALID', `--preset ${flags.preset}: the presets are ${Object.keys(PRESETS).join(', ')}`)
  }
  const given = Object.fromEntries(Object.entries(flags).filter(([flag]) => typed(flag as keyof LabFlags)))
  return { ...flags, ...preset, ...given }
}
