import { describe, expect, it } from 'vitest'
import { formatPartition, memberSamples, parsePartition, partitionSamples } from '../../../src/training/index.ts'

const labels = Uint8Array.from({ length: 6000 }, (_, i) => i % 10)

describe('parsePartition', () => {
  it.each(['dirichlet:0.5', 'dirichlet:10', 'shards:2'])('reads %s', (text) => {
    expect(formatPartition(parsePartition(text))).toBe(text)
  })

  it.each([
    '',
    'dirichlet',
    'dirichlet:',
    'dirichlet:0',
    'dirichlet:-1',
    'dirichlet:x',
    'dirichlet:1e2',
    'dirichlet:1:2',
    'shards:1.5',
    'shards:0',
    'iid:1',
  ])('refuses "%s"', (text) => {
    expect(() => parsePartition(text)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
  })
})

function classesOf(share: Uint32Array): number {
  return new Set(Array.from(share, (index) => labels[index])).size
}

function split(text: string, seed = 1): Uint32Array[] {
  return partitionSamples({ partition: parsePartition(text), labels, classes: 10, members: 8, seed })
}

/** Share of a member's samples that are of its most frequent class. */
function skewOf(share: Uint32Array): number {
  const counts = Array.from({ length: 10 }, (_, label) => share.filter((index) => labels[index] === label).length)
  return Math.max(...counts) / share.length
}

function mean(values: number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length
}

describe('partitionSamples', () => {
  it('gives few classes to a member when α is small and all when it is large', () => {
    expect(mean(split('dirichlet:0.05').map(skewOf))).toBeGreaterThan(0.5)
    expect(mean(split('dirichlet:1000').map(skewOf))).toBeLessThan(0.13)
    expect(mean(split('dirichlet:1000').map((share) => share.length))).toBe(750)
  })

  it('gives at most K classes a member with K shards of whole classes', () => {
    // 6000 samples in 20 shards of 300: half a class each.
    const shares = partitionSamples({ partition: parsePartition('shards:2'), labels, classes: 10, members: 10, seed: 1 })
    for (const share of shares) {
      expect(share).toHaveLength(600)
      expect(classesOf(share)).toBeLessThanOrEqual(2)
    }
  })

  it('deals the share γ evenly and the rest by label', () => {
    expect(mean(split('gamma:1').map(skewOf))).toBeLessThan(0.16)
    const sorted = partitionSamples({ partition: parsePartition('gamma:0'), labels, classes: 10, members: 10, seed: 1 })
    expect(sorted.map(classesOf)).toEqual(sorted.map(() => 1))
    const half = partitionSamples({ partition: parsePartition('gamma:0.5'), labels, classes: 10, members: 10, seed: 1 })
    for (const share of half) {
      expect(share).toHaveLength(600)
      expect(skewOf(share)).toBeGreaterThan(0.45)
      expect(skewOf(share)).toBeLessThan(0.65)
    }
  })

  it('depends on the seed', () => {
    expect(split('dirichlet:0.5', 1)).not.toEqual(split('dirichlet:0.5', 2))
    expect(split('shards:2', 1)).not.toEqual(split('shards:2', 2))
  })

  it('names one member’s share', () => {
    const options = { partition: parsePartition('dirichlet:0.5'), labels, classes: 10, members: 8, seed: 1 }
    expect(memberSamples(options, 3)).toEqual(split('dirichlet:0.5')[3])
    expect(() => memberSamples(options, 8)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
  })

  it('refuses more members than the samples can serve', () => {
    const options = {
      partition: parsePartition('dirichlet:0.5'),
      labels: labels.subarray(0, 100),
      classes: 10,
      members: 8,
      seed: 1,
    }
    expect(() => partitionSamples(options)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
  })
})
