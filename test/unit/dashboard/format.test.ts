import { describe, expect, it } from 'vitest'
import { rangeOf, ticks } from '../../../dashboard/charts/scale.ts'
import { readServerEvents } from '../../../dashboard/data/server-events.ts'
import { duration, measured, roundTokens, shortHash } from '../../../dashboard/parts/format.ts'

const unit = { decimals: 18, symbol: 'QRT' }
const wei = (text: string): bigint => BigInt(text)

describe('amounts for people', () => {
  it.each([
    ['0', '0'],
    ['1000000000000000000', '1'],
    ['1234567000000000000000000', '1,234,567'],
    ['1500000000000000000', '1.5'],
    ['11571428571428571428', '≈ 11.57'],
    ['1', '≈ 0.000000000000000001'.replace('≈ ', '')],
    ['-2500000000000000000', '−2.5'],
  ])('%s wei is %s', (amount, text) => {
    expect(roundTokens(wei(amount), unit)).toBe(text)
  })

  it('shortens hashes, durations and measured numbers', () => {
    expect(shortHash(`0x${'ab'.repeat(32)}`)).toBe('0xabab…abab')
    expect([duration(59), duration(61), duration(3661), duration(90_000)]).toEqual(['59 s', '1 min 1 s', '1 h 1 min', '1 d 1 h'])
    expect([measured(0.91234567), measured(1234.5), measured(0.00001), measured(Number.NaN)]).toEqual([
      '0.9123',
      '1235',
      '1.00e-5',
      '–',
    ])
  })
})

it('axes have round numbers within the range', () => {
  expect(ticks(0, 1, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1])
  expect(ticks(1, 12, 8)).toEqual([2, 4, 6, 8, 10, 12])
  expect(rangeOf([])).toEqual([0, 1])
  expect(rangeOf([0.5])[0]).toBeLessThan(0.5)
})

it('events come whole, whatever the pieces of the stream', async () => {
  const text = ': hello\n\nid: r-1\nevent: phase\ndata: {"a":\ndata: 1}\n\nid: r-2\ndata: x\n\nid: r-3\ndata: cut'
  const pieces = Array.from(new TextEncoder().encode(text), (byte) => Uint8Array.of(byte))
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece)
      controller.close()
    },
  })
  const events = []
  for await (const event of readServerEvents(body)) events.push(event)
  expect(events).toEqual([
    { id: 'r-1', event: 'phase', data: '{"a":\n1}' },
    { id: 'r-2', event: 'message', data: 'x' },
  ])
})
