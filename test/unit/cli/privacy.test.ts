import { describe, expect, it } from 'vitest'
import { makePlan } from '../../../cli/privacy/make-plan.ts'
import { epsilonOf } from '../../../src/privacy/index.ts'
import { runCommandLine } from '../../support/cli/run-quorate.ts'

const TRAINING = ['--rounds', '40', '--samples', '1000', '--batch', '20', '--steps-per-round', '5']

async function privacy(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const { code, stdout, stderr } = await runCommandLine('privacy', ...args)
  return { code, out: stdout, err: stderr }
}

describe('a plan', () => {
  const budget = { epsilon: 3, delta: 1e-5 }
  const plan = makePlan({ budget, samplingRate: 0.02, rounds: 40, stepsPerRound: 5 })

  it('keeps the budget with the noise that people type, and little less does not', () => {
    const spent = (noiseMultiplier: number): number => epsilonOf([{ noiseMultiplier, samplingRate: 0.02, steps: 200 }], 1e-5)
    expect(plan.noiseMultiplier).toBe(Number(plan.noiseMultiplier.toFixed(4)))
    expect(spent(plan.noiseMultiplier)).toBeLessThanOrEqual(3)
    expect(spent(plan.noiseMultiplier - 2e-4)).toBeGreaterThan(3)
  })

  it('says what is spent on the way, and ends within the budget', () => {
    expect(plan.spent.map(({ rounds }) => rounds)).toEqual([4, 20, 40])
    for (const { epsilonRdp, epsilonPld } of plan.spent) expect(epsilonPld).toBeLessThan(epsilonRdp)
    expect(plan.spent.at(-1)!.epsilonRdp).toBeLessThanOrEqual(3)
  })

  it('has more rounds for more noise', () => {
    const rounds = plan.otherNoise.map((row) => row.rounds)
    expect(rounds).toEqual([...rounds].sort((a, b) => a - b))
    expect(plan.otherNoise.find((row) => row.noiseMultiplier === plan.noiseMultiplier)!.rounds).toBe(40)
  })

  it('names each milestone once, and leaves out the tight number where delta is too small for it', () => {
    const short = makePlan({ budget: { epsilon: 1, delta: 1e-12 }, samplingRate: 0.5, rounds: 1, stepsPerRound: 1 })
    expect(short.spent).toHaveLength(1)
    expect(short.spent[0]!.epsilonPld).toBeUndefined()
  })
})

describe('quorate privacy plan', () => {
  it('prints the noise, what is spent, and other noise', async () => {
    const { code, out, err } = await privacy('plan', '--epsilon', '3', ...TRAINING)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/^Noise for epsilon 3 at delta 0.00001 over 40 rounds: [\d.]+ times the clipping norm\n/)
    expect(out).toContain('sampling rate  0.02: each of 1,000 records')
    expect(out).toMatch(/\n {12}40 {9}[23]\.\d{3} {9}[12]\.\d{3}\n/)
    expect(out).toMatch(/ 40 {2}this plan\n/)
  })

  it('prints JSON', async () => {
    const { out } = await privacy('plan', '--epsilon', '3', ...TRAINING, '--json')
    const plan = makePlan({ budget: { epsilon: 3, delta: 1e-5 }, samplingRate: 0.02, rounds: 40, stepsPerRound: 5 })
    expect(JSON.parse(out)).toEqual({ event: 'privacy-plan', ok: true, ...plan })
  })

  it('warns of a delta that would allow to publish a record', async () => {
    const { code, err } = await privacy('plan', '--epsilon', '3', '--delta', '0.001', ...TRAINING)
    expect(code).toBe(0)
    expect(err).toContain('not below one over 1,000 records')
  })

  it.each([
    [['--epsilon', '0', ...TRAINING], 'USAGE'],
    [['--epsilon', 'much', ...TRAINING], 'USAGE'],
    [['--epsilon', '1', '--delta', '1', ...TRAINING], 'USAGE'],
    [['--epsilon', '1', '--delta', '-1', ...TRAINING], 'USAGE'],
    [TRAINING, 'USAGE'],
    [['--epsilon', '1', '--rounds', '1', '--samples', '10', '--batch', '11'], 'FLAG_INVALID'],
    [
      ['--epsilon', '1', '--rounds', '9007199254740991', '--steps-per-round', '2', '--samples', '10', '--batch', '1'],
      'PRIVACY_PARAMETER',
    ],
    [['--epsilon', '0.001', '--delta', '1e-12', ...TRAINING], 'PRIVACY_UNREACHABLE'],
  ])('refuses %j with %s', async (args, code) => {
    const { code: exit, out } = await privacy('plan', ...args, '--json')
    expect(exit).toBe(2)
    expect(JSON.parse(out)).toMatchObject({ event: 'error', code })
  })
})

describe('quorate privacy spent', () => {
  it('says what is spent and how many rounds are left', async () => {
    const { code, out } = await privacy('spent', '--noise', '1.2', '--epsilon', '3', ...TRAINING, '--json')
    expect(code).toBe(0)
    const { epsilonRdp, roundsLeft, ...rest } = JSON.parse(out) as { epsilonRdp: number; roundsLeft: number; steps: number }
    const spent = (steps: number): number => epsilonOf([{ noiseMultiplier: 1.2, samplingRate: 0.02, steps }], 1e-5)
    expect(rest).toMatchObject({ event: 'privacy-spent', ok: true, noiseMultiplier: 1.2, samplingRate: 0.02, steps: 200 })
    expect(epsilonRdp).toBe(spent(200))
    expect(spent(200 + 5 * roundsLeft)).toBeLessThanOrEqual(3)
    expect(spent(200 + 5 * (roundsLeft + 1))).toBeGreaterThan(3)
  })

  it('needs no budget', async () => {
    const { out } = await privacy('spent', '--noise', '1.2', ...TRAINING)
    expect(out).toContain('steps          200: 5 in each of 40 rounds')
    expect(out).not.toContain('left')
  })
})
