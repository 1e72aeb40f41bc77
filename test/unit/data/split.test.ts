import { expect, it } from 'vitest'
import { keccak } from '../../../src/protocol/index.ts'
import { RecordList } from '../../../src/data/record-list.ts'
import { splitRecords } from '../../../src/data/split.ts'

const text = new TextEncoder()

function listOf(names: readonly string[], parts: readonly ('train' | 'test' | undefined)[] = []): RecordList {
  const records = new RecordList()
  for (const [k, name] of names.entries()) records.add(k, keccak(text.encode(name)), parts[k])
  return records
}

const names = Array.from({ length: 5000 }, (_, k) => `record ${k}`)
const held = (list: readonly string[], seed = 'a'): Set<string> =>
  new Set(Array.from(splitRecords(listOf(list), { seed, heldOut: 0.2 }).test, (index) => list[index]!))

it('holds out the share that was asked for, another one for another seed', () => {
  expect(held(names).size).toBeGreaterThan(900)
  expect(held(names).size).toBeLessThan(1100)
  const before = held(names)
  expect([...held(names, 'b')].filter((name) => before.has(name)).length).toBeLessThan(300)
})

it('keeps the part of a record when others are added, and when the order changes', () => {
  const before = held(names.slice(0, 1000))
  const after = held(names)
  expect(new Set(names.slice(0, 1000).filter((name) => after.has(name)))).toEqual(before)
  expect(held(names.toReversed())).toEqual(after)
})

it('keeps copies of a record together', () => {
  const twice = [...names.slice(0, 200), ...names.slice(0, 200)]
  const { train } = splitRecords(listOf(twice), { seed: 'a', heldOut: 0.5 })
  const trained = new Set(train)
  for (let k = 0; k < 200; k++) expect(trained.has(k)).toBe(trained.has(k + 200))
})

it('takes the parts of the source where it has a part test', () => {
  const split = splitRecords(listOf(['a', 'b', 'c'], ['train', 'test', undefined]), { seed: 'a', heldOut: 0.9 })
  expect([Array.from(split.train), Array.from(split.test)]).toEqual([[0, 2], [1]])
})

it('trains on the only record', () => {
  for (const name of ['a', 'b', 'c', 'd'])
    expect(splitRecords(listOf([name]), { seed: 'a', heldOut: 0.9 }).train).toEqual(Uint32Array.of(0))
})
