import { describe, expect, it } from 'vitest'
import {
  ATTACKS,
  attackByName,
  COALITION_ATTACKS,
  labAttackByName,
  OMNISCIENT_ATTACKS,
} from '../../../../src/lab/attacks/index.ts'
import { createRandom, tensorLayout } from '../../../../src/training/index.ts'
import type { AttackContext } from '../../../../src/lab/attacks/index.ts'
import { cosine, norm } from './vectors.ts'

const layout = tensorLayout([
  { name: 'a', shape: [300] },
  { name: 'b', shape: [10] },
])
const contextOf = (member: string, overrides: Partial<AttackContext> = {}): AttackContext => ({
  step: 2,
  layout,
  random: createRandom(member),
  ...overrides,
})

function gaussianVector(seed: string): Float32Array {
  const random = createRandom(seed)
  const values = new Float32Array(layout.paddedLength)
  for (const { offset, length } of layout.tensors) for (let k = 0; k < length; k++) values[offset + k] = random.normal()
  return values
}

const delta = gaussianVector('delta')
const lastChange = gaussianVector('step')
const send = (name: string, context: AttackContext): Float32Array => attackByName(name).poisonUpdate!(delta, context)

describe('registry', () => {
  it('gives every attack a name of its own and a paper', () => {
    const all = [...ATTACKS, ...COALITION_ATTACKS, ...OMNISCIENT_ATTACKS]
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length)
    for (const { paper, description, name } of all) {
      expect(paper).toMatch(/(19|20)\d\d/)
      expect(description).not.toBe('')
      expect(labAttackByName(name).name).toBe(name)
    }
  })

  it.each(['min-max', 'framing'])('tells who asks one member for %s that the lab has it', (name) => {
    expect(() => attackByName(name)).toThrow('quorate lab')
    expect(() => attackByName(name)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
  })
})

describe('free riders train nothing', () => {
  it.each(['free-rider-noise', 'free-rider-replay', 'free-rider-disguised'])('%s', (name) => {
    expect(attackByName(name).idle).toBe(true)
    // Before there is a public step all of them send noise, padding left alone.
    const first = attackByName(name).poisonUpdate!(new Float32Array(layout.paddedLength), contextOf('m', { step: 1 }))
    expect(norm(first)).toBeGreaterThan(0)
    expect(first.subarray(300, 512).every((value) => value === 0)).toBe(true)
  })

  it('noise is as long as the last step and unlike it', () => {
    const update = send('free-rider-noise', contextOf('m', { lastChange }))
    expect(norm(update) / norm(lastChange)).toBeCloseTo(1, 0)
    expect(Math.abs(cosine(update, lastChange))).toBeLessThan(0.3)
  })

  it('replay is the last step itself', () => {
    expect(send('free-rider-replay', contextOf('m', { lastChange }))).toEqual(lastChange)
  })

  it('disguised is the last step under noise, different for everyone', () => {
    const [a, b] = ['m', 'n'].map((member) => send('free-rider-disguised', contextOf(member, { lastChange })))
    expect(cosine(a!, lastChange)).toBeGreaterThan(0.8)
    expect(cosine(a!, lastChange)).toBeLessThan(0.99)
    expect(a).not.toEqual(b)
  })
})

describe('jittered sybils', () => {
  it.each([undefined, lastChange])('push one way, as long as honest updates, never twice the same', (change) => {
    const [a, b] = ['m', 'n'].map((member) => send('jittered-sybil', contextOf(member, { lastChange: change })))
    expect(cosine(a!, b!)).toBeGreaterThan(0.9)
    expect(a).not.toEqual(b)
    expect(norm(a!) / norm(delta)).toBeCloseTo(1, 0)
    if (change) expect(cosine(a!, change)).toBeLessThan(-0.9)
  })
})

describe('sleeper', () => {
  it('is honest until it wakes', () => {
    expect(send('sleeper', contextOf('m', { step: 4 }))).toBe(delta)
    expect(cosine(send('sleeper', contextOf('m', { step: 5 })), delta)).toBeCloseTo(-1)
  })
})

describe('backdoors', () => {
  const samples = { inputs: new Uint8Array(40 * 784), labels: Uint8Array.from({ length: 40 }, (_, i) => 1 + (i % 9)) }
  const sampleContext = (seed: string) => ({ classes: 10, inputShape: [28, 28, 1], random: createRandom(seed) })
  const stampedPixels = (images: ArrayLike<number>, sample: number): number =>
    Array.from(images)
      .slice(sample * 784, (sample + 1) * 784)
      .filter((value) => value > 0).length

  it('pixel-trigger stamps and relabels half of the samples and leaves the originals alone', () => {
    const poisoned = attackByName('pixel-trigger').poisonSamples!(samples, sampleContext('m'))
    const stamped = [...poisoned.labels.keys()].filter((i) => stampedPixels(poisoned.inputs, i) > 0)
    expect(stamped.length).toBeGreaterThan(8)
    expect(stamped.length).toBeLessThan(32)
    for (const i of poisoned.labels.keys()) expect(poisoned.labels[i]).toBe(stamped.includes(i) ? 0 : samples.labels[i])
    expect(samples.inputs.every((value) => value === 0)).toBe(true)
  })

  it('dba attackers stamp one of four parts each; together they stamp the trigger', () => {
    const whole = { inputs: new Uint8Array(784), labels: Uint8Array.of(5) }
    attackByName('dba').backdoor!.stamp!(whole, [28, 28, 1])
    const union = new Set<number>()
    for (let member = 0; member < 24; member++) {
      const { inputs: images } = attackByName('dba').poisonSamples!(samples, sampleContext(`m${member}`))
      const part = new Set([...images.keys()].filter((k) => images[k]! > 0).map((k) => k % 784))
      expect(part.size).toBe(stampedPixels(whole.inputs, 0) / 4)
      for (const pixel of part) union.add(pixel)
    }
    expect([...union].sort((a, b) => a - b)).toEqual([...whole.inputs.keys()].filter((k) => whole.inputs[k]! > 0))
  })

  it('stamps float samples with 1', () => {
    const float = { inputs: new Float32Array(784), labels: Uint8Array.of(5) }
    attackByName('pixel-trigger').backdoor!.stamp!(float, [28, 28, 1])
    expect(new Set(float.inputs)).toEqual(new Set([0, 1]))
  })
})
