import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { isQuorateError } from '../../../src/core/index.ts'
import type { ErrorCode } from '../../../src/core/index.ts'
import type { Journal } from '../../../src/storage/index.ts'

function codeOf(work: () => unknown): ErrorCode | undefined {
  try {
    work()
    return undefined
  } catch (error) {
    return isQuorateError(error) ? error.code : 'INTERNAL'
  }
}

/** The behaviour of every journal, for all implementations. */
export function journalSuite(name: string, make: () => Journal): void {
  describe(`journal: ${name}`, () => {
    let journal: Journal

    beforeEach(() => {
      journal = make()
    })

    afterEach(() => {
      journal.close()
    })

    test('gives back the events of a round in append order', () => {
      const first = journal.append(1n, 'opened', { deadline: 10 })
      journal.append(2n, 'opened', { deadline: 20 })
      const second = journal.append(1n, 'sealed', { count: 3 })
      expect(second).toBeGreaterThan(first)
      expect(journal.events(1n)).toEqual([
        { seq: first, round: 1n, kind: 'opened', payload: { deadline: 10 } },
        { seq: second, round: 1n, kind: 'sealed', payload: { count: 3 } },
      ])
      expect(journal.events(3n)).toEqual([])
      expect(journal.rounds()).toEqual([1n, 2n])
    })

    test('keeps big integers, bytes, nesting and look-alikes of its own encoding', () => {
      const payload = {
        stake: 10n ** 24n,
        negative: -1n,
        salt: Uint8Array.of(0, 128, 255),
        rows: [{ $bigint: '5' }, { $bytes: 'AA==' }, { $object: { $bigint: 'x' } }],
        nothing: null,
        text: 'ü\u0000"',
      }
      journal.append(1n, 'odd', payload)
      journal.set('odd', payload)
      expect(journal.events(1n)[0]!.payload).toEqual(payload)
      expect(journal.get('odd')).toEqual(payload)
    })

    test('drops undefined properties and refuses what would not come back equal', () => {
      journal.set('a', { kept: 1, dropped: undefined })
      expect(journal.get('a')).toEqual({ kept: 1 })
      for (const value of [Number.NaN, undefined, new Date(0), new Map(), () => 1, { deep: [Number.POSITIVE_INFINITY] }]) {
        expect(codeOf(() => journal.set('b', value))).toBe('INTERNAL')
      }
      expect(journal.get('b')).toBeUndefined()
    })

    test('is not changed by what a caller does to an object afterwards', () => {
      const payload = { held: [1] }
      journal.append(1n, 'attested', payload)
      journal.set('state', payload)
      payload.held.push(2)
      journal.get<{ held: number[] }>('state')!.held.push(3)
      expect(journal.events(1n)[0]!.payload).toEqual({ held: [1] })
      expect(journal.get('state')).toEqual({ held: [1] })
    })

    test('sets, overwrites, deletes and lists state by prefix', () => {
      journal.set('tx/2', 'b')
      journal.set('tx/1', 'a')
      journal.set('tx%', 'wildcards are letters')
      journal.set('ty/1', 'c')
      journal.set('tx/1', 'a2')
      expect(journal.entries('tx/')).toEqual([
        ['tx/1', 'a2'],
        ['tx/2', 'b'],
      ])
      expect(journal.entries('tx%').length).toBe(1)
      expect(journal.entries('').length).toBe(4)
      expect(journal.delete('tx/1')).toBe(true)
      expect(journal.delete('tx/1')).toBe(false)
      expect(journal.get('tx/1')).toBeUndefined()
    })

    test('a transaction that throws leaves nothing, the rest stays', () => {
      journal.append(1n, 'before', {})
      journal.set('round', 1)
      const boom = new Error('boom')
      expect(() =>
        journal.transaction(() => {
          journal.append(1n, 'inside', {})
          journal.set('round', 2)
          throw boom
        }),
      ).toThrow(boom)
      expect(journal.events(1n).map((event) => event.kind)).toEqual(['before'])
      expect(journal.get('round')).toBe(1)
      expect(journal.transaction(() => journal.append(1n, 'after', {}))).toBeGreaterThan(0)
    })

    test('a nested transaction undoes its own changes only', () => {
      journal.transaction(() => {
        journal.set('outer', 1)
        expect(() =>
          journal.transaction(() => {
            journal.set('outer', 2)
            journal.set('inner', 2)
            throw new Error('boom')
          }),
        ).toThrow('boom')
        journal.set('later', 3)
      })
      expect(journal.entries('')).toEqual([
        ['later', 3],
        ['outer', 1],
      ])
    })

    test('refuses an asynchronous transaction and keeps none of it', () => {
      expect(
        codeOf(() =>
          journal.transaction(async () => {
            journal.set('early', 1)
            return 1
          }),
        ),
      ).toBe('INTERNAL')
      expect(journal.get('early')).toBeUndefined()
    })

    test('keeps what is written lazily in order with all else, or none of it', () => {
      journal.lazily(() => journal.append(1n, 'heard', { a: 1 }))
      journal.append(1n, 'said', { b: 2 })
      expect(
        codeOf(() =>
          journal.lazily(() => {
            journal.append(1n, 'lost', {})
            throw new Error('no')
          }),
        ),
      ).toBe('INTERNAL')
      journal.transaction(() => journal.lazily(() => journal.append(1n, 'inside', {})))
      journal.lazily(() => journal.transaction(() => journal.append(1n, 'around', {})))
      expect(journal.events(1n).map(({ kind }) => kind)).toEqual(['heard', 'said', 'inside', 'around'])
    })

    test('prunes the rounds before one and never uses a sequence number twice', () => {
      const last = [1n, 2n, 3n].map((round) => journal.append(round, 'opened', {})).at(-1)!
      journal.set('kept', true)
      expect(journal.prune(3n)).toBe(2)
      expect(journal.rounds()).toEqual([3n])
      expect(journal.prune(4n)).toBe(1)
      expect(journal.append(4n, 'opened', {})).toBe(last + 1)
      expect(journal.get('kept')).toBe(true)
    })

    test('takes every round up to 2^63 − 1 and refuses others', () => {
      const last = (1n << 63n) - 1n
      journal.append(0n, 'genesis', {})
      journal.append(last, 'last', {})
      expect(journal.events(last)[0]!.round).toBe(last)
      expect(codeOf(() => journal.append(last + 1n, 'x', {}))).toBe('INTERNAL')
      expect(codeOf(() => journal.append(-1n, 'x', {}))).toBe('INTERNAL')
    })

    test('closing twice is allowed, using it afterwards is not', () => {
      journal.close()
      journal.close()
      expect(codeOf(() => journal.append(1n, 'x', {}))).toBe('STORAGE_FAILED')
      expect(codeOf(() => journal.get('x'))).toBe('STORAGE_FAILED')
    })
  })
}
