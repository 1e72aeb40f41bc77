import { partyOf } from '../world.ts'
import { everyone, oneOf } from './fault.ts'
import type { Fault } from './fault.ts'

/** The clock of one machine is wrong. */
export const clockFaults: readonly Fault[] = [
  {
    name: 'clock',
    group: 'clock',
    seconds: [5, 40],
    targets: everyone,
    draw: (random) => ({ seconds: oneOf(random, [-1, 1]) * oneOf(random, [2, 60, 3600, 86_400 * 400]) }),
    inject(world, { target, params = {} }) {
      const { program } = partyOf(world, target)
      program.control({ clockMs: Number(params['seconds']) * 1000 })
      return () => program.control({ clockMs: 0 })
    },
  },
]
