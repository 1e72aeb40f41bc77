import { expect, it } from 'vitest'
import { JournalSpan } from '../../../../src/node/chain/journal-span.ts'
import { createMemoryJournal } from '../../../../src/storage/index.ts'
import fc from '../../../support/fast-check.ts'

const at = (newest: bigint, builtBase = false) => ({ newest, builtBase })

it('covers what opens under a new journal, and nothing before', () => {
  const span = new JournalSpan(createMemoryJournal())
  span.begin(at(4n))
  expect([3n, 4n, 5n].map((round) => span.covers(round))).toEqual([false, false, true])
  expect([4n, 5n].map((round) => span.isResumed(round))).toEqual([true, false])
})

it('covers the first round of a node that began before it', () => {
  const span = new JournalSpan(createMemoryJournal())
  span.begin(at(0n))
  expect(span.covers(1n)).toBe(true)
})

it('covers the open round of a node that is started again, and not that of an old copy of its journal', () => {
  const journal = createMemoryJournal()
  const first = new JournalSpan(journal)
  first.begin(at(0n))
  first.opens(1n)
  const old = createMemoryJournal()
  for (const [key, value] of journal.entries('')) old.set(key, value)
  first.opens(2n)
  const again = new JournalSpan(journal)
  again.begin(at(2n))
  expect([again.covers(2n), again.isResumed(2n)]).toEqual([true, true])
  const restored = new JournalSpan(old)
  restored.begin(at(2n))
  expect([restored.covers(2n), restored.covers(3n)]).toEqual([false, true])
  // And it stays so when it is started once more.
  const later = new JournalSpan(old)
  later.begin(at(2n))
  expect(later.covers(2n)).toBe(false)
})

it('covers the round that its own claim opened, if it was killed before it saw that', () => {
  const journal = createMemoryJournal()
  const first = new JournalSpan(journal)
  first.begin(at(0n))
  first.opens(1n)
  const again = new JournalSpan(journal)
  again.begin(at(2n, true))
  expect(again.covers(2n)).toBe(true)
})

it('a number that a reorganisation opens again is covered as it was', () => {
  const journal = createMemoryJournal()
  const span = new JournalSpan(journal)
  span.begin(at(3n))
  span.opens(4n)
  // The chain goes back to round 3 and opens 4 once more.
  span.opens(3n)
  span.opens(4n)
  expect([span.covers(3n), span.covers(4n)]).toEqual([false, true])
})

it('never covers a round in which a journal that is gone may have said something', () => {
  // What a node does with its life: a round opens, it is started again, its folder is lost, or goes back to a copy.
  const deed = fc.constantFrom('opens', 'restarts', 'loses', 'copies', 'restores' as const)
  fc.assert(
    fc.property(fc.array(deed, { maxLength: 30 }), (deeds) => {
      let newest = 0n
      let journal = createMemoryJournal()
      let copy = createMemoryJournal()
      const entries = (): [string, unknown][] => journal.entries('')
      /** Rounds in which the node may have spoken that this journal, and its copy, know of. */
      let known = new Set<bigint>()
      let copied = new Set<bigint>()
      const spoken = new Set<bigint>()
      let span = new JournalSpan(journal)
      span.begin(at(newest))
      for (const what of deeds) {
        if (what === 'opens') {
          span.opens(++newest)
        } else if (what === 'copies') {
          copy = createMemoryJournal()
          for (const [key, value] of entries()) copy.set(key, value)
          copied = new Set(known)
        } else {
          if (what === 'loses') [journal, known] = [createMemoryJournal(), new Set()]
          if (what === 'restores') {
            journal = createMemoryJournal()
            for (const [key, value] of copy.entries('')) journal.set(key, value)
            known = new Set(copied)
          }
          span = new JournalSpan(journal)
          span.begin(at(newest))
        }
        if (span.covers(newest)) {
          // A copy of the very round is what peers are asked for.
          const isCopy = what === 'restores' && copied.has(newest)
          if (spoken.has(newest) && !isCopy) expect(known.has(newest)).toBe(true)
          spoken.add(newest)
          known.add(newest)
        }
      }
    }),
  )
})
