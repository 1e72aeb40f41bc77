import { expect, it } from 'vitest'
import { signFlip } from '../../../../src/lab/attacks/index.ts'
import { simulate } from '../../../../src/lab/simulation/index.ts'
import type { SimulatedMember, SimulationSetup } from '../../../../src/lab/simulation/index.ts'
import { createRandom, tensorLayout } from '../../../../src/training/index.ts'
import { RULE, taskSpec } from '../../aggregation/fixtures.ts'

const LENGTH = 768
const ROUNDS = 14

/** Members that want different things, and poisoners that want the opposite; small steps towards what each wants. */
function setup(): SimulationSetup {
  const spec = taskSpec({ rule: { ...RULE, byzantineBps: 3000 }, toleranceBps: 3000 })
  const layout = tensorLayout([{ name: 'w', shape: [LENGTH] }])
  const common = createRandom('common')
  const shared = Float32Array.from({ length: LENGTH }, () => common.unit() * 2 - 1)
  const members = Array.from({ length: 7 }, (_, index): SimulatedMember => {
    const random = createRandom('wish', index)
    const wish = Float32Array.from({ length: LENGTH }, (_unused, k) => shared[k]! + random.unit() - 0.5)
    return {
      name: `member-${index}`,
      ...(index > 4 && { attack: signFlip }),
      learner: {
        async train({ weights }) {
          const delta = new Float32Array(layout.paddedLength)
          for (let k = 0; k < LENGTH; k++) delta[k] = (wish[k]! - weights[k]!) / 8
          return { delta, metrics: { loss: 0, samples: 1 } }
        },
        evaluate: async () => ({ loss: 0, samples: 1 }),
        dispose() {},
      },
    }
  })
  return {
    spec,
    layout,
    memberMomentum: 0,
    genesis: new Int32Array(layout.paddedLength),
    members,
    evaluate: async (weights) => ({ loss: weights[7]!, samples: 1, metrics: { other: weights[300]! } }),
    rounds: ROUNDS,
    selection: { metric: 'loss', patience: 0 },
    seed: 1,
  }
}

it('the rounds in floats keep poisoners out as those in int8 do: what differs is the rounding', async () => {
  const given = setup()
  const { federated, float, failures } = await simulate(given, { compare: ['float'], onRound: () => {} })
  expect(failures).toEqual([])
  const quarantined = federated
    .at(-1)!
    .rows.filter(({ verdict }) => verdict === 'quarantined')
    .map(({ member }) => member)
  expect(quarantined).toEqual([5, 6])
  for (const [index, { evaluation }] of federated.entries())
    for (const [one, other] of [
      [evaluation.loss, float[index]!.evaluation.loss],
      [evaluation.metrics!['other']!, float[index]!.evaluation.metrics!['other']!],
    ] as const)
      expect(Math.abs(one - other)).toBeLessThan(2 ** -9)
})
