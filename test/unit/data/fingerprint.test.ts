import { describe, expect, it } from 'vitest'
import { concat, fromHex, keccak, toHex } from '../../../src/protocol/index.ts'
import type { Hash } from '../../../src/protocol/index.ts'
import { fingerprint, proveInclusion, verifyInclusion } from '../../../src/data/index.ts'

const text = new TextEncoder()
const SCHEMA = toHex(keccak(text.encode('schema')))
const salt = (name: string): Uint8Array => keccak(text.encode(`salt ${name}`))
const hashOf = (record: string): Uint8Array => keccak(text.encode(record))
const dataOf = (records: readonly string[], schemaHash: Hash = SCHEMA) => ({
  recordHashes: concat(records.map(hashOf)),
  schemaHash,
})
const RECORDS = ['ill', 'healthy', 'ill', 'healthy', 'ill']

describe('a fingerprint', () => {
  it('is the same for the same data and salt', () => {
    expect(fingerprint(dataOf(RECORDS), salt('a'))).toEqual(fingerprint(dataOf(RECORDS), salt('a')))
    expect(fingerprint(dataOf(RECORDS), salt('a'))).toMatchObject({ records: 5, schemaHash: SCHEMA })
  })

  it.each([
    ['a record', dataOf(['ill', 'healthy', 'ill', 'healthy', 'healthy'])],
    ['the order', dataOf(['healthy', 'ill', 'ill', 'healthy', 'ill'])],
    ['the number', dataOf(RECORDS.slice(0, 4))],
    ['the schema', dataOf(RECORDS, toHex(keccak(text.encode('other'))))],
  ])('changes with %s', (_, other) => {
    expect(fingerprint(other, salt('a')).root).not.toBe(fingerprint(dataOf(RECORDS), salt('a')).root)
  })

  it('proves each record, and no other', () => {
    const data = dataOf(RECORDS)
    const { root } = fingerprint(data, salt('a'))
    for (const [index, record] of RECORDS.entries()) {
      const proof = proveInclusion(data, salt('a'), index)
      expect(proof.record).toBe(toHex(hashOf(record)))
      expect(verifyInclusion(root, proof)).toBe(true)
      expect(verifyInclusion(root, { ...proof, record: toHex(hashOf('dead')) })).toBe(false)
      expect(verifyInclusion(root, { ...proof, index: index + 8 })).toBe(false)
      expect(verifyInclusion(root, { ...proof, index: (index + 1) % 5 })).toBe(false)
      expect(verifyInclusion(root, { ...proof, schemaHash: root })).toBe(false)
    }
    expect(() => proveInclusion(data, salt('a'), 5)).toThrow(RangeError)
  })
})

describe('what a fingerprint leaks', () => {
  /** Every hash that leaves the member: roots, and all of the proofs but the records they open. */
  const published = (name: string): Set<string> => {
    const data = dataOf(RECORDS)
    const proofs = RECORDS.map((_, index) => proveInclusion(data, salt(name), index))
    return new Set([fingerprint(data, salt(name)).root, ...proofs.flatMap(({ salt, siblings }) => [salt, ...siblings])])
  }

  it('two members with equal data have nothing in common', () => {
    const others = published('b')
    // Zeros stand beside the last record of an odd number.
    const zeros = new Set([`0x${'00'.repeat(32)}`, toHex(keccak(new Uint8Array(64)))])
    expect([...published('a')].filter((hash) => others.has(hash) && !zeros.has(hash))).toEqual([])
  })

  it('equal records have unrelated leaves', () => {
    const data = dataOf(['ill', 'ill', 'ill', 'ill'])
    const siblings = [0, 1, 2, 3].map((index) => proveInclusion(data, salt('a'), index).siblings[0])
    expect(new Set(siblings).size).toBe(4)
  })

  it('a dictionary of every possible record finds none of the others, even with one proof in hand', () => {
    const proof = proveInclusion(dataOf(RECORDS), salt('a'), 0)
    const dictionary = ['ill', 'healthy', 'dead'].map(hashOf)
    const salts = [new Uint8Array(32), fromHex(proof.salt), fromHex(proof.record)]
    const guesses = new Set(
      dictionary.flatMap((record) => [
        toHex(record),
        ...salts.flatMap((guess) => [
          toHex(keccak(concat([guess, fromHex(SCHEMA), record]))),
          toHex(keccak(concat([guess, record]))),
          ...[0, 1, 2, 3, 4].map((index) =>
            toHex(keccak(concat([keccak(concat([guess, Uint8Array.of(...Array(31).fill(0), index)])), fromHex(SCHEMA), record]))),
          ),
        ]),
      ]),
    )
    expect(proof.siblings.filter((hash) => guesses.has(hash))).toEqual([])
  })
})
