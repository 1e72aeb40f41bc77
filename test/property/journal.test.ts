import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from '../support/fast-check.ts'
import { afterAll, expect, test } from 'vitest'
import { createMemoryJournal, openJournal } from '../../src/storage/index.ts'
import type { Journal } from '../../src/storage/index.ts'
import { decodeValue, encodeValue } from '../../src/storage/journal-codec.ts'

const folder = mkdtempSync(join(tmpdir(), 'quorate-journal-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const key = fc.constantFrom('$bigint', '$bytes', '$object', '__proto__', 'a', 'b', '')
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.string({ unit: 'binary' }),
    fc.bigInt(),
    fc.uint8Array(),
    fc.boolean(),
    fc.constant(null),
    fc.integer(),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.array(fc.tuple(key, tie('value')), { maxLength: 3 }).map((entries) => Object.fromEntries(entries)),
  ),
}))

test('every value comes back equal, whatever its keys are called', () => {
  fc.assert(
    fc.property(value, (item) => {
      expect(decodeValue(encodeValue(item))).toStrictEqual(item)
    }),
  )
})

type Step =
  | { do: 'append'; round: bigint; payload: unknown }
  | { do: 'set'; key: string; payload: unknown }
  | { do: 'delete'; key: string }
  | { do: 'prune'; round: bigint }
  | { do: 'transaction' | 'lazily'; steps: Step[]; fail: boolean }

const round = fc.bigInt({ min: 0n, max: 4n })
const name = fc.string({ unit: fc.constantFrom('a', 'b', '%', '_', '*', 'ü', '😀', '\uffee'), maxLength: 3 })
const { steps } = fc.letrec<{ steps: Step[]; step: Step }>((tie) => ({
  steps: fc.array(tie('step'), { maxLength: 6 }),
  step: fc.oneof(
    { maxDepth: 3 },
    fc.record({ do: fc.constant('append' as const), round, payload: value }),
    fc.record({ do: fc.constant('set' as const), key: name, payload: value }),
    fc.record({ do: fc.constant('delete' as const), key: name }),
    fc.record({ do: fc.constant('prune' as const), round }),
    fc.record({ do: fc.constantFrom('transaction' as const, 'lazily' as const), steps: tie('steps'), fail: fc.boolean() }),
  ),
}))

class Abort extends Error {}

function apply(journal: Journal, list: readonly Step[]): unknown[] {
  return list.map((step) => {
    if (step.do === 'append') return journal.append(step.round, 'kind', step.payload)
    if (step.do === 'set') return journal.set(step.key, step.payload)
    if (step.do === 'delete') return journal.delete(step.key)
    if (step.do === 'prune') return journal.prune(step.round)
    try {
      return journal[step.do](() => {
        const results = apply(journal, step.steps)
        if (step.fail) throw new Abort()
        return results
      })
    } catch (error) {
      if (error instanceof Abort) return 'aborted'
      throw error
    }
  })
}

const contents = (journal: Journal) => ({
  events: journal.rounds().map((at) => journal.events(at)),
  state: ['', 'a', '%', 'ü'].map((prefix) => journal.entries(prefix)),
})

test('SQLite and memory journals agree on every sequence of calls', () => {
  let run = 0
  fc.assert(
    fc.property(steps, (list) => {
      const memory = createMemoryJournal()
      const sqlite = openJournal(join(folder, String(run++)))
      try {
        expect(apply(sqlite, list)).toStrictEqual(apply(memory, list))
        expect(contents(sqlite)).toStrictEqual(contents(memory))
      } finally {
        sqlite.close()
      }
    }),
    { numRuns: 60 },
  )
})
