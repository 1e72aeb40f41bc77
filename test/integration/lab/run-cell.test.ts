import { beforeAll, describe, expect, it } from 'vitest'
import { createWasmKernels, ruleByName } from '../../../src/aggregation/index.ts'
import { runCell } from '../../../src/lab/index.ts'
import type { CellResult, LabParts } from '../../../src/lab/index.ts'
import { labAttackByName } from '../../../src/lab/attacks/index.ts'
import { Verdict } from '../../../src/protocol/index.ts'
import { loadDataset, selectBackend } from '../../../src/training/index.ts'
import type { Backend, Dataset } from '../../../src/training/index.ts'
import { CELL, SETTINGS } from '../../unit/lab/fixtures.ts'
import { LONG } from '../../support/long.ts'

let dataset: Dataset
let backend: Backend
beforeAll(async () => {
  dataset = await loadDataset('mnist')
  backend = await selectBackend('wasm')
})

async function run(
  attack: string,
  rule: string,
  settings = {},
  signal?: AbortSignal,
  circumstance = 'none',
  cell: Partial<typeof CELL> = {},
): Promise<CellResult> {
  const parts: LabParts = {
    dataset,
    backend,
    kernels: createWasmKernels(),
    attack: attack === 'none' ? undefined : labAttackByName(attack),
    rule: ruleByName(rule),
    signal,
  }
  return runCell({ ...CELL, ...cell, attack, rule, circumstance }, { ...SETTINGS, ...settings }, parts)
}

describe('runCell', () => {
  it('is the same each time and learns without an attack', async () => {
    const [first, again] = [await run('none', 'nnmGm', { rounds: 4 }), await run('none', 'nnmGm', { rounds: 4 })]
    expect({ ...again, seconds: 0 }).toEqual({ ...first, seconds: 0 })
    expect(first.final).toBeGreaterThan(first.accuracy[0]!)
    expect(first.attackers).toBeUndefined()
    expect(first.honest!.pay).toBeCloseTo(1)
    expect(first.honest!.weight).toBeCloseTo(1)
  })

  it('rejects a sign flip and pays it nothing', async () => {
    const { attackers, honest } = await run('sign-flip', 'nnmGm')
    expect(attackers).toMatchObject({ rejected: 1, unpaid: 1, pay: 0, weight: 0 })
    expect(honest!.rejected).toBe(0)
  })

  it.each(['alie', 'optimised-ipm', 'stake-splitting', 'mimic', 'under-threshold'])('mounts %s', async (attack) => {
    const result = await run(attack, 'nnmGm', { rounds: 1 })
    expect(result.accuracy).toHaveLength(1)
    expect(result.attackers!.weight).toBeLessThan(1.6)
  })

  it.each(['framing', 'colluding-noise', 'resonance', 'sparse-quiet', 'turns:period=2'])(
    'mounts %s in concert',
    async (attack) => {
      const result = await run(attack, 'novelty-nnm-gm', { rounds: 3, clip: true })
      expect(result.accuracy).toHaveLength(3)
      expect(result.attackers!.weight).toBeLessThan(1.6)
    },
  )

  it('measures a backdoor without a trigger', async () => {
    const { backdoor } = await run('semantic-backdoor', 'mean', { rounds: 2 })
    expect(backdoor).toBeGreaterThanOrEqual(0)
    expect(backdoor).toBeLessThanOrEqual(1)
  })

  it.each(['root-nnm-gm', 'reference-nnm-gm', 'fltrust', 'krum', 'trimmed-mean', 'dnc'])('aggregates by %s', async (rule) => {
    const result = await run('none', rule, { rounds: 1 })
    expect(result.refused).toBeUndefined()
    expect(result.honest!.weight).toBeCloseTo(1)
  })

  it('sets one member apart and lets it join late', async () => {
    const { odd, members } = await run('none', 'nnmGm', { rounds: 3 }, undefined, 'late')
    expect(members).toHaveLength(5)
    expect(odd).toEqual(members![0])
    expect(members!.reduce((sum, { pay }) => sum + pay, 0)).toBeGreaterThan(4)
  })

  it.each([
    ['sign-flip', { partition: 'dirichlet:0.5' }],
    ['none', { partition: 'gamma:1', members: 7 }],
  ])('under %s among %o does not reject a member that has only the digits 0 to 4, and pays it', async (attack, cell) => {
    const settings = { rounds: 6, samples: 256, clip: true }
    const { odd, attackers } = await run(attack, 'nnmGm', settings, undefined, 'lower-classes', cell)
    expect(odd).toMatchObject({ rejected: 0, unpaid: 0 })
    expect(odd!.pay).toBeGreaterThan(0.7)
    if (attack !== 'none') expect(attackers!.rejected).toBe(1)
  })

  it.each(['mean', 'equalised-nnm-gm'])('is hardly different in float32 by %s', async (rule) => {
    const exact = await run('none', rule, { rounds: 4 })
    const float = await run('none', rule, { rounds: 4, precision: 'float32' })
    expect(float.honest!.weight).toBeCloseTo(1)
    expect(Math.abs(float.final - exact.final)).toBeLessThan(0.1)
    expect((await run('sign-flip', rule, { precision: 'float32' })).refused).toContain('float32')
  })

  it('measures and searches as often as told, with member momentum', async () => {
    const local = { memberMomentum: 0.9, momentum: 0, batchSize: 32, weightDecay: 1e-4 }
    const settings = { rounds: 5, evaluateEvery: 2, searchEvery: 3, local, updateExponent: -12 }
    const { accuracy, attackers } = await run('optimised-ipm', 'nnmGm', settings)
    expect(accuracy).toHaveLength(3)
    expect(attackers).toBeDefined()
  })

  it('gives a bond over 64 identities what it gives to one', async () => {
    const settings = { rounds: 1, rejectBps: 0 }
    const [whole, split] = [await run('split-1', 'nnmGm', settings), await run('split-64', 'nnmGm', settings)]
    expect(split.attackers!.weight / whole.attackers!.weight).toBeCloseTo(1, 1)
    expect(split.attackers!.pay / whole.attackers!.pay).toBeCloseTo(1, 1)
  })

  it('measures a backdoor', async () => {
    const { backdoor } = await run('pixel-trigger', 'mean', { rounds: 1 })
    expect(backdoor).toBeGreaterThanOrEqual(0)
    expect(backdoor).toBeLessThanOrEqual(1)
  })

  it('records why a rule refuses a cohort, unless asked to go on', async () => {
    expect((await run('none', 'centred-clipping')).refused).toContain('has a proof for')
    const beyond = await run('none', 'centred-clipping', { beyondTheory: true, rounds: 1 })
    expect(beyond.accuracy).toHaveLength(1)
  })

  it('stops when aborted', async () => {
    await expect(run('none', 'mean', {}, AbortSignal.abort())).rejects.toMatchObject({ code: 'CANCELLED' })
  })

  it.runIf(LONG)('lets a member with labels of its own take part with a layer of its own', async () => {
    const settings = { rounds: 6, samples: 200, alone: true as const }
    const cell = { byzantine: 0 }
    const [shared, own] = [
      await run('none', 'nnmGm', settings, undefined, 'permuted-labels', cell),
      await run('none', 'nnmGm', { ...settings, personal: ['output'] }, undefined, 'permuted-labels', cell),
    ]
    // Its labels are wrong for the others, and theirs for it.
    expect(shared.own!.affected).toBeLessThan(0.2)
    expect(own.own!.affected).toBeGreaterThan(0.5)
    expect(own.own!.others).toBeGreaterThan(shared.own!.others - 0.1)
    // Alone nobody shares anything, so that personal layers change the rounding only.
    expect(Math.abs(own.alone!.affected! - shared.alone!.affected!)).toBeLessThan(0.1)
    expect(own.alone!.affected).toBeGreaterThan(0.5)
    // Without a circumstance nobody differs.
    const alike = await run('none', 'nnmGm', { rounds: 1, personal: ['output'] })
    expect(Object.keys(alike.own!)).toEqual(['others'])
  })
})

describe('runCell in buckets', () => {
  const buckets = { bucket: 4, clip: true, rounds: 6 } as const

  it('learns like the plain round, without an attack', async () => {
    const plain = await run('none', 'mean', { rounds: 6, clip: true }, undefined, 'none', { members: 8, byzantine: 0 })
    const masked = await run('none', 'mean', buckets, undefined, 'none', { members: 8, byzantine: 0 })
    expect(masked.final).toBeGreaterThan(plain.final - 0.1)
    expect(masked.honest).toMatchObject({ rejected: 0, weight: 1 })
    expect(masked.honest!.pay).toBeCloseTo(1)
  })

  it('gives all members of a bucket its verdict, and nobody a quarantine', async () => {
    const cell = { members: 20, byzantine: 1 }
    const { verdicts, punished } = await run('ipm-long', 'held-nnm-gm', buckets, undefined, 'none', cell)
    for (const round of Array.from({ length: 6 }).keys()) {
      const digits = [...verdicts!.honest, ...verdicts!.attackers].map((text) => text[round])
      for (const digit of new Set(digits)) expect(digits.filter((other) => other === digit).length % 4).toBe(0)
    }
    expect(verdicts!.attackers[0]).toContain(String(Verdict.rejected))
    expect(punished).toEqual([{ repeats: 0 }])
  })

  it('is refused where no row is a sum of updates', async () => {
    const { refused } = await run('none', 'mean', { ...buckets, precision: 'float32', clip: undefined }, undefined, 'none', {
      members: 8,
      byzantine: 0,
    })
    expect(refused).toBe('there are no buckets in float32 and with a root set')
  })
})
