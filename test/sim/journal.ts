import type { JournalEvent } from '../../src/storage/journal.ts'

/** What a node remembers, in maps: the part of a journal that rounds and statements use. It can be copied, as a backup is. */
export class SimJournal {
  readonly #events = new Map<bigint, JournalEvent[]>()
  readonly #values = new Map<string, unknown>()
  #seq = 0

  /** As it is now; payloads are never changed in place. */
  copy(): SimJournal {
    const copy = new SimJournal()
    for (const [round, events] of this.#events) copy.#events.set(round, [...events])
    for (const [key, value] of this.#values) copy.#values.set(key, value)
    copy.#seq = this.#seq
    return copy
  }

  append(round: bigint, kind: string, payload: unknown): number {
    const seq = ++this.#seq
    const events = this.#events.get(round) ?? []
    events.push({ seq, round, kind, payload })
    this.#events.set(round, events)
    return seq
  }

  events<T>(round: bigint): JournalEvent<T>[] {
    return [...(this.#events.get(round) ?? [])] as JournalEvent<T>[]
  }

  rounds(): bigint[] {
    return [...this.#events.keys()].sort((a, b) => Number(a - b))
  }

  get<T>(key: string): T | undefined {
    return this.#values.get(key) as T | undefined
  }

  set(key: string, value: unknown): void {
    this.#values.set(key, value)
  }

  delete(key: string): boolean {
    return this.#values.delete(key)
  }

  entries<T>(prefix: string): [string, T][] {
    return [...this.#values].filter(([key]) => key.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1)) as [string, T][]
  }

  transaction<T>(body: () => T): T {
    return body()
  }

  lazily<T>(body: () => T): T {
    return body()
  }

  prune(round: bigint): number {
    let gone = 0
    for (const known of this.#events.keys()) if (known < round && this.#events.delete(known)) gone++
    return gone
  }
}
