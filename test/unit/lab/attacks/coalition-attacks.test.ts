import { describe, expect, it } from 'vitest'
import { Verdict } from '../../../../src/protocol/index.ts'
import { labAttackByName, valuesOf } from '../../../../src/lab/attacks/index.ts'
import type { CoalitionAttack, CoalitionContext, PublicRound } from '../../../../src/lab/attacks/index.ts'
import { lastLayer } from '../../../../src/lab/attacks/coalition/last-layer.ts'
import { boldSamples } from '../../../../src/lab/attacks/coalition/semantic-backdoor.ts'
import { createRandom, tensorLayout } from '../../../../src/training/index.ts'
import { cosine, dot, norm } from './vectors.ts'

const CLASSES = 4
const layout = tensorLayout([
  { name: 'hidden', shape: [500] },
  { name: 'output/kernel', shape: [5, CLASSES] },
  { name: 'output/bias', shape: [CLASSES] },
])
const { kernel, bias } = lastLayer(layout)

function normal(...seed: (string | number)[]): Float32Array {
  const random = createRandom(...seed)
  const values = new Float32Array(layout.paddedLength)
  for (const { offset, length } of layout.tensors) for (let k = 0; k < length; k++) values[offset + k] = random.normal()
  return values
}

const sum = (...rows: Float32Array[]): Float32Array => rows.reduce((all, row) => all.map((value, k) => value + row[k]!))
const times = (factor: number, row: Float32Array): Float32Array => row.map((value) => factor * value)

/** Honest slots 0…3; 4 and 5 belong to the coalition. Slot 2 has a direction of its own in every round and little of the common one. */
const UNUSUAL = normal('unusual')
const roundOf = (round: number): PublicRound => {
  const common = normal('common', round)
  const rows = [0, 1, 2, 3, 4, 5].map((slot) =>
    slot === 2 ? sum(times(3, UNUSUAL), times(0.5, common)) : sum(common, times(0.3, normal('row', slot, round))),
  )
  return {
    round,
    slots: [0, 1, 2, 3, 4, 5],
    row: (slot) => rows[slot],
    verdict: () => Verdict.accepted,
    step: times(0.2, common),
  }
}

function contextOf(rounds: readonly PublicRound[], overrides: Partial<CoalitionContext> = {}): CoalitionContext {
  const first = normal('first')
  return {
    round: rounds.length + 1,
    layout,
    random: createRandom('coalition'),
    own: [normal('own', 0), normal('own', 1)],
    slots: [4, 5],
    memory: new Map(),
    history: {
      first,
      model: rounds.reduce((model, { step }) => sum(model, step), first),
      length: rounds.length,
      ago: (back) => rounds.at(-back),
    },
    ...overrides,
  }
}

function conspire(text: string, context: CoalitionContext): Float32Array[] {
  const attack = labAttackByName(text) as CoalitionAttack
  return attack.conspire(context, valuesOf(attack))
}

const THREE = [1, 2, 3].map(roundOf)
const usual = ((): number => {
  const lengths = THREE[2]!.slots.map((slot) => norm(THREE[2]!.row(slot)!)).sort((a, b) => a - b)
  return lengths[2]!
})()

describe('framing', () => {
  it('turns against the member farthest from the steps and against nobody else', () => {
    const context = contextOf(THREE)
    const sent = conspire('framing', context)
    for (const [i, row] of sent.entries()) {
      expect(cosine(row, UNUSUAL)).toBeLessThan(cosine(context.own[i]!, UNUSUAL) - 0.4)
      const other = THREE[1]!.row(0)!
      expect(Math.abs(cosine(row, other) - cosine(context.own[i]!, other))).toBeLessThan(0.15)
      expect(norm(row) / usual).toBeCloseTo(1.1, 4)
    }
    expect(context.memory.get('victim')).toBe(2)
  })

  it('leaves the public step as it was: only what the victim has for itself is taken off', () => {
    const context = contextOf(THREE)
    const change = sum(conspire('framing', context)[0]!, times(-1, conspire('framing:push=0', context)[0]!))
    const mixed = sum(conspire('framing:beside=0', context)[0]!, times(-1, conspire('framing:push=0', context)[0]!))
    const step = THREE[1]!.step
    expect(Math.abs(cosine(change, step))).toBeLessThan(Math.abs(cosine(mixed, step)))
  })

  it('is honest before the second round was revealed', () => {
    const context = contextOf(THREE.slice(0, 1))
    expect(conspire('framing', context)).toEqual(context.own)
  })

  it('looks for the next victim once the first is quarantined', () => {
    const quarantined = { ...THREE[2]!, verdict: (slot: number) => (slot === 2 ? Verdict.quarantined : Verdict.accepted) }
    const context = contextOf([THREE[0]!, THREE[1]!, quarantined], { memory: new Map([['victim', 2]]) })
    conspire('framing', context)
    expect([0, 1, 3]).toContain(context.memory.get('victim'))
  })
})

describe('pay without work', () => {
  it.each([0, 0.3, 0.7, 0.95])('colluding-noise has the cosine %d between its rows', (wanted) => {
    const [a, b] = conspire(`colluding-noise:cosine=${wanted}`, contextOf(THREE))
    expect(Math.abs(cosine(a!, b!) - wanted)).toBeLessThan(0.12)
    expect(norm(a!) / usual).toBeCloseTo(1, 4)
    expect(Math.abs(cosine(a!, THREE[2]!.step))).toBeLessThan(0.15)
  })

  it('stale-steps sends an older step under noise, no two rows alike', () => {
    const [a, b] = conspire('stale-steps', contextOf(THREE))
    expect(cosine(a!, THREE[1]!.step)).toBeGreaterThan(0.8)
    expect(cosine(a!, b!)).toBeLessThan(0.95)
    expect(cosine(conspire('stale-steps:lag=3:noise=0', contextOf(THREE))[0]!, THREE[0]!.step)).toBeCloseTo(1, 5)
  })

  it('old-rows mixes what the others sent some rounds ago, no two rows alike', () => {
    const [a, b] = conspire('old-rows:noise=0', contextOf(THREE))
    const [second] = THREE.slice(1)
    const basis = [0, 1, 2, 3].map((slot) => second!.row(slot)!)
    // Nothing is left beside the four rows.
    const rest = basis.reduce<{ rest: Float32Array; done: Float32Array[] }>(
      ({ rest, done }, row) => {
        const fresh = done.reduce((left, one) => sum(left, times(-dot(left, one) / dot(one, one), one)), row)
        return { rest: sum(rest, times(-dot(rest, fresh) / dot(fresh, fresh), fresh)), done: [...done, fresh] }
      },
      { rest: a!, done: [] },
    ).rest
    expect(norm(rest) / norm(a!)).toBeLessThan(0.01)
    expect(Math.abs(cosine(a!, b!))).toBeLessThan(0.99)
    expect(norm(a!) / usual).toBeCloseTo(1, 4)
  })

  it.each(['colluding-noise', 'stale-steps', 'old-rows'])(
    '%s trains nothing and has something to send in the first round',
    (name) => {
      expect((labAttackByName(name) as CoalitionAttack).idle).toBe(true)
      const zeros = [0, 1].map(() => new Float32Array(layout.paddedLength))
      for (const row of conspire(name, contextOf([], { own: zeros }))) expect(norm(row)).toBeGreaterThan(0)
    },
  )
})

describe('drift', () => {
  it('resonance lies along the step before the last one', () => {
    const [row] = conspire('resonance', contextOf(THREE))
    expect(cosine(row!, THREE[1]!.step)).toBeGreaterThan(0.9)
    expect(Math.abs(cosine(row!, THREE[2]!.step))).toBeLessThan(0.2)
    expect(norm(row!) / usual).toBeCloseTo(1.2, 4)
  })

  it('rewinding points from the model to the first model', () => {
    const context = contextOf(THREE)
    const back = sum(context.history.first, times(-1, context.history.model))
    expect(cosine(conspire('rewinding', context)[0]!, back)).toBeCloseTo(1, 5)
  })

  it.each(['resonance', 'rewinding', 'sparse-quiet', 'sparse-busy', 'semantic-backdoor'])(
    '%s is honest before there was a step',
    (name) => {
      const context = contextOf([])
      expect(conspire(name, context)).toEqual(context.own)
    },
  )
})

describe('sparse', () => {
  const context = contextOf(THREE)
  const moved = sum(context.history.model, times(-1, context.history.first))
  const order = [...moved.keys()].filter((k) => moved[k] !== 0).sort((a, b) => Math.abs(moved[a]!) - Math.abs(moved[b]!))
  const few = Math.ceil(0.02 * order.length)

  it.each([
    ['sparse-quiet', order.slice(0, few)],
    ['sparse-busy', order.slice(-few)],
  ])('%s undoes the move in its 2 %% of the coordinates and pushes nowhere else', (name, chosen) => {
    const [row] = conspire(`${name}:weight=1`, context)
    expect([...row!.keys()].filter((k) => row![k] !== 0).sort((a, b) => a - b)).toEqual(chosen.toSorted((a, b) => a - b))
    for (const k of chosen) expect(Math.sign(row![k]!)).toBe(-Math.sign(moved[k]!))
    expect(norm(row!) / usual).toBeCloseTo(1, 4)
  })

  it('the weight is the share of the squared length that is the push', () => {
    const whole = conspire('sparse-busy:weight=1', context)[0]!
    const half = conspire('sparse-busy:weight=0.25', context)[0]!
    const own = conspire('sparse-busy:weight=0', context)[0]!
    expect(cosine(own, context.own[0]!)).toBeCloseTo(1, 5)
    expect(half[order.at(-1)!]! - Math.sqrt(0.75) * own[order.at(-1)!]!).toBeCloseTo(0.5 * whole[order.at(-1)!]!, 4)
  })

  it('sparse-output pulls down every weight into its classes, biases too', () => {
    const row = conspire('sparse-output:weight=1:columns=2', context)[0]!
    for (const { offset, length } of [kernel, bias]) {
      for (let k = 0; k < length; k++) expect(Math.sign(row[offset + k]!)).toBe(k % CLASSES < 2 ? -1 : 0)
    }
    expect(row.subarray(0, 500).every((value) => value === 0)).toBe(true)
  })
})

describe('turns', () => {
  it('flips in one round of three, all together or one after the other', () => {
    const own = [normal('own', 0), normal('own', 1)]
    const flips = (text: string): string[] =>
      [1, 2, 3, 4, 5, 6].map((round) =>
        conspire(text, contextOf([], { own, round }))
          .map((row, i) => (dot(row, own[i]!) < 0 ? 'x' : '.'))
          .join(''),
      )
    expect(flips('turns')).toEqual(['..', '..', 'xx', '..', '..', 'xx'])
    expect(flips('turns:stagger=1')).toEqual(['..', '.x', 'x.', '..', '.x', 'x.'])
  })

  it('flips at the length asked for', () => {
    const context = contextOf(THREE.slice(0, 2))
    expect(norm(conspire('turns:scale=2', context)[0]!) / norm(context.own[0]!)).toBeCloseTo(2, 4)
  })
})

describe('label-shift', () => {
  it("moves the classes' columns of the last layer round and nothing else", () => {
    const context = contextOf(THREE)
    const [own, sent] = [context.own[0]!, conspire('label-shift:shift=1:boost=2', context)[0]!]
    expect(sent.subarray(0, 500)).toEqual(own.subarray(0, 500))
    for (const { offset, length } of [kernel, bias]) {
      for (let input = 0; input < length / CLASSES; input++) {
        const at = (row: Float32Array, label: number): number => row[offset + CLASSES * input + label]!
        expect([0, 1, 2, 3].map((label) => at(sent, label))).toEqual([1, 2, 3, 0].map((label) => 2 * at(own, label)))
      }
    }
  })

  it('needs a dense last layer', () => {
    expect(() => lastLayer(tensorLayout([{ name: 'a', shape: [3] }]))).toThrow('dense')
  })
})

describe('semantic-backdoor', () => {
  const ink = (sample: number): number => (sample * 7) % 100
  const samples = {
    inputs: Uint8Array.from({ length: 100 * 4 }, (_, k) => ink(k >> 2)),
    labels: Uint8Array.from({ length: 100 }, (_, i) => i % 10),
  }

  it('takes the boldest samples of other classes than the target', () => {
    const bold = boldSamples(samples, 8)
    expect(bold).toHaveLength(5)
    const rest = [...samples.labels.keys()].filter((i) => samples.labels[i] !== 8 && !bold.includes(i))
    expect(Math.min(...bold.map(ink))).toBeGreaterThanOrEqual(Math.max(...rest.map(ink)))
  })

  it('trains on bold samples with the wrong label and leaves the others as they are', () => {
    const attack = labAttackByName('semantic-backdoor') as CoalitionAttack
    const { poisonSamples, backdoor } = attack.data!(valuesOf(attack))
    const poisoned = poisonSamples!(samples, { classes: 10, inputShape: [2, 2, 1], random: createRandom('m') })
    expect(backdoor!.target).toBe(8)
    expect(backdoor!.select!(samples)).toEqual(boldSamples(samples, 8))
    const bold = new Set(boldSamples(samples, 8).map(ink))
    const changed = [...samples.labels.keys()].filter(
      (i) => poisoned.labels[i] !== samples.labels[i] || poisoned.inputs[4 * i] !== samples.inputs[4 * i],
    )
    expect(changed.length).toBeGreaterThan(20)
    expect(changed.length).toBeLessThan(60)
    for (const i of changed) {
      expect(poisoned.labels[i]).toBe(8)
      expect(bold).toContain(poisoned.inputs[4 * i])
    }
  })

  it('sends nothing in the coordinates that past steps used most', () => {
    const context = contextOf(THREE)
    const [row] = conspire('semantic-backdoor:mask=0.5', context)
    const used = THREE[0]!.step.map((_, k) => THREE.reduce((all, { step }) => all + Math.abs(step[k]!), 0))
    const order = [...used.keys()].filter((k) => used[k]! > 0).sort((a, b) => used[b]! - used[a]!)
    const masked = order.slice(0, Math.floor(order.length / 2))
    expect(masked.every((k) => row![k] === 0)).toBe(true)
    expect(order.slice(masked.length).every((k) => row![k] !== 0)).toBe(true)
  })
})
