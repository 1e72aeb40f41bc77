/** One appended event. `seq` grows by append order over all rounds and is never used twice. */
export interface JournalEvent<T = unknown> {
  seq: number
  round: bigint
  kind: string
  payload: T
}

/**
 * A node's memory: an append-only log of events by round and a small key/value state beside it, in one transaction domain.
 * Every call but `lazily` returns only after its change is durable (or, inside `transaction`, when the outermost transaction returns).
 *
 * Payloads and values are what JSON holds, plus `bigint` and `Uint8Array`; properties that are `undefined` are dropped.
 *
 * Errors: STORAGE_FULL (nothing of the failed call is kept, everything before it is), STORAGE_FAILED, JOURNAL_CORRUPT.
 *
 * @example
 * journal.transaction(() => {
 *   journal.append(7n, 'commitment', commitment)
 *   journal.set('round', 7n)
 * })
 */
export interface Journal {
  /** Appends an event and returns its `seq`. */
  append(round: bigint, kind: string, payload: unknown): number
  /** The events of one round, in the order they were appended. */
  events<T = unknown>(round: bigint): JournalEvent<T>[]
  /** The rounds that have events, ascending. */
  rounds(): bigint[]

  get<T>(key: string): T | undefined
  set(key: string, value: unknown): void
  /** True if the key was there. */
  delete(key: string): boolean
  /** Keys that begin with `prefix` and their values, ascending by the UTF-8 bytes of the key. */
  entries<T>(prefix: string): [key: string, value: T][]

  /**
   * Runs `body` so that either all of its changes are kept or, when it throws, none. Synchronous: a body that returns a promise is
   * refused. A nested transaction that throws undoes its own changes only.
   */
  transaction<T>(body: () => T): T
  /**
   * The same for changes that the node can make again from what others have: they are not flushed by themselves, but with the next change that is. A process that is
   * killed loses none of them. A machine that loses its power may lose the last ones, and never one without all after it. Inside another transaction it is part of
   * that one.
   */
  lazily<T>(body: () => T): T
  /** Forgets the events of the rounds before `round`; the key/value state stays. Returns how many went. */
  prune(round: bigint): number
  /** Idempotent; using the journal afterwards throws STORAGE_FAILED. */
  close(): void
}

/** Rounds are u64 on the wire; SQLite integers are i64. No chain reaches the difference. */
export const MAX_ROUND = (1n << 63n) - 1n
