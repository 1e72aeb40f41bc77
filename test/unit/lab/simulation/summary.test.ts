import { describe, expect, it } from 'vitest'
import { tellSimulation } from '../../../../cli/simulate/tell-summary.ts'
import { simulationCsv } from '../../../../cli/simulate/to-csv.ts'
import { castMembers, parseSimulateFlags } from '../../../../cli/simulate/options.ts'
import type { SimulateFlags } from '../../../../cli/simulate/options.ts'
import { signFlip } from '../../../../src/lab/attacks/index.ts'
import { summariseSimulation } from '../../../../src/lab/simulation/index.ts'
import type { FederatedRound, SimulatedMember, SimulatedRound, Simulation } from '../../../../src/lab/simulation/index.ts'

const learner = {} as SimulatedMember['learner']
const MEMBERS: SimulatedMember[] = [
  { name: 'a', samples: 10, learner },
  { name: 'b', samples: 20, learner },
  { name: 'c', samples: 30, learner, attack: signFlip },
]

const measured = (...values: number[]): SimulatedRound[] =>
  values.map((accuracy, i) => ({
    round: i + 1,
    evaluation: { accuracy, loss: 1 - accuracy, samples: 100, metrics: { accuracy } },
  }))

const federated: FederatedRound[] = measured(0.6, 0.9, 0.8).map((round, i) => ({
  ...round,
  rows: [
    { member: 0, verdict: 'accepted', weight: 0.6, clipped: 0.1 },
    { member: 1, verdict: i === 0 ? 'rejected' : 'accepted', weight: 0.4, clipped: 0.1, ...(i === 0 && { why: 'odd' }) },
    { member: 2, verdict: i === 0 ? 'accepted' : 'rejected', weight: 0, ...(i > 0 && { why: '7 times as far' }) },
  ],
}))

const SIMULATION: Simulation = {
  federated,
  alone: [
    { member: MEMBERS[0]!, rounds: measured(0.5, 0.6, 0.7) },
    { member: MEMBERS[1]!, rounds: measured(0.5, 0.75, 0.6) },
  ],
  float: measured(0.6, 0.9, 0.81),
  fedavg: [],
  failures: [],
}

describe('the result of a simulation', () => {
  it('compares the last rounds, and names the best', () => {
    const summary = summariseSimulation(SIMULATION, MEMBERS, { metric: 'accuracy', patience: 0 })!
    expect(summary.federated).toMatchObject({ score: { round: 3, value: 0.8 }, best: { round: 2, value: 0.9 } })
    expect(summary.bestAlone).toMatchObject({ member: 'a', score: { value: 0.7 } })
    expect(summary.gain).toBeCloseTo(0.1)
    expect(summary.costOfInt8).toBeCloseTo(0.01)
    expect(summary.fedavg).toBeUndefined()
    expect(summary.poisoned).toEqual({ updates: 3, counted: 1, lastCounted: 1 })
    expect(summary.honest).toEqual({ updates: 6, refused: 1 })
    expect(summary.members[2]).toMatchObject({ attack: 'sign-flip', refused: { rejected: [2, 3] }, why: '7 times as far' })
  })

  it('compares the best rounds where the task stops early, and a loss downwards', () => {
    const best = summariseSimulation(SIMULATION, MEMBERS, { metric: 'accuracy', patience: 2 })!
    expect(best).toMatchObject({ federated: { score: { round: 2 } }, bestAlone: { member: 'b', score: { round: 2 } } })
    const loss = summariseSimulation(SIMULATION, MEMBERS, { metric: 'loss', patience: 0 })!
    expect(loss.bestAlone?.member).toBe('a')
    expect(loss.gain).toBeCloseTo(0.1)
  })

  it('tells a consortium what to do', () => {
    const text = tellSimulation(summariseSimulation(SIMULATION, MEMBERS, { metric: 'accuracy', patience: 0 })!, 3)
    expect(text).toContain('The federated model is 10.0 points better than the best member alone (a).')
    expect(text).toContain('int8 costs 1.0 points. 10.0 % of the values met the int8 bound')
    expect(text).toContain('1 of 3 updates of poisoners counted, none after round 1.')
    expect(text).toContain('1 of 6 updates of honest members did not count.')
    expect(text).toContain('rejected in rounds 2–3: 7 times as far')
    expect(text).toContain('100 records tell an accuracy to ± 8.0 points.')
    expect(text).toContain('Round 2 was the best')
  })

  it('shows what there is of a run that was cancelled', () => {
    const early = { ...SIMULATION, federated: federated.slice(0, 1), alone: [], float: [] }
    const summary = summariseSimulation(early, MEMBERS, { metric: 'accuracy', patience: 0 })!
    expect(tellSimulation(summary, 1)).not.toContain('alone (')
    expect(summariseSimulation({ ...early, federated: [] }, MEMBERS, { metric: 'accuracy', patience: 0 })).toBeUndefined()
  })

  it('writes every measurement as CSV', () => {
    const lines = simulationCsv(SIMULATION).trim().split('\n')
    expect(lines[0]).toBe('run,member,round,samples,loss,accuracy')
    expect(lines).toHaveLength(1 + 3 + 6 + 3)
    expect(lines[4]).toBe('alone,a,1,100,0.5,0.5')
  })
})

describe('the options', () => {
  const flags = (more: Partial<SimulateFlags>): SimulateFlags => ({ attack: [], compare: [], ...more }) as SimulateFlags

  it('takes counts and shares of poisoners, who come last', () => {
    const { attacks } = parseSimulateFlags(flags({ attack: ['sign-flip:2', 'label-flip:0.1', 'none'] }))
    expect(castMembers(attacks, 10).map((attack) => attack?.name)).toEqual([
      ...Array.from({ length: 7 }, () => undefined),
      'sign-flip',
      'sign-flip',
      'label-flip',
    ])
    expect(() => castMembers(attacks, 6)).toThrow(expect.objectContaining({ code: 'FLAG_INVALID' }))
  })

  it.each([
    [{ attack: ['sign-flip:1.5'] }, '--attack'],
    [{ attack: ['sign-flip:0'] }, '--attack'],
    [{ attack: ['nothing'] }, '--attack'],
    [{ attack: ['alie'] }, 'quorate lab'],
    [{ partition: 'half' }, 'iid, folders'],
    [{ partition: 'dirichlet:0' }, '--partition'],
  ])('refuses %o', (more, words) => {
    expect(() => parseSimulateFlags(flags(more))).toThrow(
      expect.objectContaining({ code: 'FLAG_INVALID', message: expect.stringContaining(words) as string }),
    )
  })
})
