import fc from '../../support/fast-check.ts'
import { bytesToHex, keccak256 } from 'viem'
import { describe, expect, it } from 'vitest'
import { matches } from '../../../src/chain/events/log-filter.ts'
import { LogsBloom } from '../../../src/chain/events/logs-bloom.ts'
import type { Address, Hash, Hex } from '../../../src/protocol/index.ts'

interface Parts {
  address: Address
  topics: Hash[]
}

/** The slow twin: the bloom as one number of 2048 bits. */
function bloomOf(logs: readonly Parts[]): Hex {
  let bits = 0n
  for (const item of logs.flatMap(({ address, topics }) => [address, ...topics])) {
    const hash = keccak256(item, 'bytes')
    for (const place of [0, 2, 4]) bits |= 1n << BigInt((hash[place]! * 256 + hash[place + 1]!) % 2048)
  }
  return `0x${bits.toString(16).padStart(512, '0')}`
}

const hex = (length: number) => fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => bytesToHex(bytes))
const someLog: fc.Arbitrary<Parts> = fc.record({ address: hex(20), topics: fc.array(hex(32), { maxLength: 4 }) })

describe('LogsBloom', () => {
  it('never excludes a log that is there', () => {
    fc.assert(
      fc.property(fc.array(someLog, { minLength: 1, maxLength: 20 }), (logs) => {
        const bloom = new LogsBloom(bloomOf(logs))
        for (const { address, topics } of logs) {
          expect(bloom.mayContain({ address })).toBe(true)
          expect(bloom.mayContain({ address: [`0x${'00'.repeat(20)}`, address], topics: [null, ...topics.slice(1)] })).toBe(true)
        }
        expect(bloom.explainedBy(logs)).toBe(true)
        expect(bloom.empty).toBe(false)
      }),
    )
  })

  it('misses a log that was left out, unless others set its bits', () => {
    fc.assert(
      fc.property(fc.array(someLog, { minLength: 1, maxLength: 20 }), fc.nat(), (logs, pick) => {
        const rest = logs.toSpliced(pick % logs.length, 1)
        expect(new LogsBloom(bloomOf(logs)).explainedBy(rest)).toBe(bloomOf(rest) === bloomOf(logs))
      }),
    )
  })

  it('excludes what a block without logs cannot hold', () => {
    const bloom = new LogsBloom(bloomOf([]))
    expect(bloom.empty).toBe(true)
    expect(bloom.mayContain({ address: `0x${'11'.repeat(20)}` })).toBe(false)
    expect(bloom.explainedBy([])).toBe(true)
  })
})

it('matches logs as eth_getLogs does', () => {
  const [a, b] = [`0x${'aa'.repeat(20)}`, `0x${'bb'.repeat(20)}`] as [Address, Address]
  const [one, two] = [`0x${'01'.repeat(32)}`, `0x${'02'.repeat(32)}`] as [Hash, Hash]
  const log = { address: a.toUpperCase().replace('0X', '0x'), topics: [one, two] }
  expect(matches({ address: a }, log)).toBe(true)
  expect(matches({ address: [b, a], topics: [null, two] }, log)).toBe(true)
  expect(matches({ address: a, topics: [[two, one]] }, log)).toBe(true)
  expect(matches({ address: b }, log)).toBe(false)
  expect(matches({ address: a, topics: [two] }, log)).toBe(false)
  expect(matches({ address: a, topics: [one, two, one] }, log)).toBe(false)
})
