import { QuorateError } from '../core/index.ts'
import { decodeValue, encodeValue } from './journal-codec.ts'
import type { Journal, JournalEvent } from './journal.ts'
import { assertSynchronous, checkRound } from './journal-rules.ts'

interface Stored {
  seq: number
  round: bigint
  kind: string
  text: string
}

/**
 * A journal that lives as long as the process: for programs that only replay (`quorate audit`) and as the obvious twin of the
 * SQLite one. It stores encoded text, so a caller that changes an object afterwards changes nothing here.
 *
 * @example
 * const journal = createMemoryJournal()
 */
export function createMemoryJournal(): Journal {
  let events: Stored[] = []
  let state = new Map<string, string>()
  let lastSeq = 0
  let closed = false

  function open(): void {
    if (closed) throw new QuorateError('STORAGE_FAILED', 'the journal is closed')
  }

  function transaction<T>(body: () => T): T {
    open()
    const before = { events: [...events], state: new Map(state), lastSeq }
    try {
      return assertSynchronous(body())
    } catch (error) {
      ;({ events, state, lastSeq } = before)
      throw error
    }
  }

  return {
    append(round, kind, payload) {
      open()
      checkRound(round)
      events.push({ seq: lastSeq + 1, round, kind, text: encodeValue(payload) })
      return ++lastSeq
    },
    events<T>(round: bigint): JournalEvent<T>[] {
      open()
      const wanted = events.filter((event) => event.round === round)
      return wanted.map(({ seq, kind, text }) => ({ seq, round, kind, payload: decodeValue(text) as T }))
    },
    rounds() {
      open()
      return [...new Set(events.map((event) => event.round))].sort((a, b) => (a < b ? -1 : 1))
    },
    get<T>(key: string): T | undefined {
      open()
      const text = state.get(key)
      return text === undefined ? undefined : (decodeValue(text) as T)
    },
    set(key, value) {
      open()
      state.set(key, encodeValue(value))
    },
    delete(key) {
      open()
      return state.delete(key)
    },
    entries<T>(prefix: string): [string, T][] {
      open()
      const found = [...state].filter(([key]) => key.startsWith(prefix))
      found.sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
      return found.map(([key, text]) => [key, decodeValue(text) as T])
    },
    transaction,
    lazily: transaction,
    prune(round) {
      open()
      const kept = events.filter((event) => event.round >= round)
      const pruned = events.length - kept.length
      events = kept
      return pruned
    },
    close() {
      closed = true
    },
  }
}
