import { mkdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { crc32 } from 'node:zlib'
import { QuorateError } from '../core/index.ts'
import { decodeValue, encodeValue } from './journal-codec.ts'
import { assertSynchronous, checkRound } from './journal-rules.ts'
import type { Journal, JournalEvent } from './journal.ts'
import { storageError } from './storage-error.ts'

/** Tells our files from any other SQLite database: "QRTJ" for a journal of one process, "QRTS" for one that several share. */
const APPLICATION_IDS = { own: 0x51_52_54_4a, shared: 0x51_52_54_53 } as const
type Sharing = keyof typeof APPLICATION_IDS
/** How long a process waits for the transactions of others, ms. A transaction takes milliseconds; a slow disk takes longer. */
const SHARED_WAIT = 10_000
const SCHEMA_VERSION = 1
const PAGE = 4096

const SCHEMA = `
  CREATE TABLE events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, round INTEGER NOT NULL, kind TEXT NOT NULL, payload TEXT NOT NULL, crc INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX events_by_round ON events (round);
  CREATE TABLE state (key TEXT PRIMARY KEY, value TEXT NOT NULL, crc INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  PRAGMA user_version = ${SCHEMA_VERSION};
`

export interface JournalOptions {
  /** Largest size of the database in bytes; past it every write fails with STORAGE_FULL. Unbounded by default. */
  maxBytes?: number
}

interface EventRow {
  seq: bigint
  round: bigint
  kind: string
  payload: string
  crc: bigint
}

interface StateRow {
  key: string
  value: string
  crc: bigint
}

/**
 * Opens (or creates) `journal.db` in a folder and locks it against other processes until `close` or the end of the
 * process, even by `kill -9`. The kernel holds the lock, so no stale lock remains.
 *
 * WAL with `synchronous = FULL`: a call that returned has been flushed to the disk, and what `lazily` wrote before it, too, because the log is flushed from its
 * beginning. `lazily` writes to the log with `synchronous = NORMAL`, which leaves the flush to the next one. Every row carries a CRC-32, checked here and on
 * every read, because SQLite checks its page structure but not the bytes of a value.
 *
 * Errors: STORAGE_LOCKED, JOURNAL_CORRUPT, STORAGE_FULL, STORAGE_FAILED (folder not writable, a newer version's journal).
 *
 * @example
 * const journal = openJournal('data/member-1')
 */
export function openJournal(folder: string, options: JournalOptions = {}): Journal {
  // No waiting: a process holds the lock for its whole life.
  return open(join(folder, 'journal.db'), 'own', { ...options, timeout: 0 })
}

/**
 * Opens (or creates) a journal at a path that several processes of one machine share. Each call sees what all of them wrote, and a transaction has the file for itself:
 * what it reads does not change before it ends. It waits up to ten seconds for the transactions of others.
 *
 * A rollback journal and no WAL: between transactions all of it is in the one file, so that a copy of the file is a copy of the journal.
 *
 * Errors: as `openJournal`, here and in each call; STORAGE_LOCKED when another process does not let go.
 *
 * @example
 * const journal = openSharedJournal('/var/lib/quorate/privacy.db')
 */
export function openSharedJournal(path: string): Journal {
  return open(path, 'shared', { timeout: SHARED_WAIT })
}

function open(path: string, sharing: Sharing, { timeout, ...options }: JournalOptions & { timeout: number }): Journal {
  let database: DatabaseSync | undefined
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    database = new DatabaseSync(path, { timeout })
    prepare(database, path, sharing, options)
    const journal = new SqliteJournal(database, path)
    journal.check()
    return journal
  } catch (cause) {
    database?.close()
    throw storageError(cause, path)
  }
}

function pragma(database: DatabaseSync, name: string): number | string {
  return Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0] as number | string
}

function prepare(database: DatabaseSync, path: string, sharing: Sharing, { maxBytes }: JournalOptions): void {
  database.exec(`PRAGMA page_size = ${PAGE}`)
  // Exclusive before WAL: the index of the log then lives in this process's memory and no second process can attach.
  if (sharing === 'own') database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL')
  // EXTRA also flushes the folder from which a commit deletes the rollback journal: a power cut would undo the commit otherwise.
  database.exec(`PRAGMA synchronous = ${sharing === 'own' ? 'FULL' : 'EXTRA'}`)
  // The exclusive lock is taken by the first write transaction; a journal of one process keeps it.
  database.exec('BEGIN EXCLUSIVE')
  const [application, version] = [pragma(database, 'application_id'), pragma(database, 'user_version')]
  const file = basename(path)
  if (application === 0 && version === 0 && pragma(database, 'schema_version') === 0)
    database.exec(`${SCHEMA} PRAGMA application_id = ${APPLICATION_IDS[sharing]};`)
  else if (application !== APPLICATION_IDS[sharing]) throw new QuorateError('STORAGE_FAILED', `${file} is not a Quorate journal`)
  else if (version !== SCHEMA_VERSION) {
    throw new QuorateError('STORAGE_FAILED', `${file} has version ${version}, this program reads version ${SCHEMA_VERSION}`)
  }
  database.exec('COMMIT')
  if (maxBytes !== undefined) database.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(maxBytes / PAGE))}`)
}

function eventCrc(round: bigint, kind: string, payload: string): number {
  return crc32(`${round}\0${kind}\0${payload}`)
}

function stateCrc(key: string, value: string): number {
  return crc32(`${key}\0${value}`)
}

class SqliteJournal implements Journal {
  readonly #database: DatabaseSync
  readonly #path: string
  readonly #statements
  /** Open savepoints; the outermost one is the transaction itself. */
  #depth = 0
  /** Whether a commit is flushed now. */
  #flushing = true

  constructor(database: DatabaseSync, path: string) {
    this.#database = database
    this.#path = path
    const sql = (text: string) => {
      const statement = database.prepare(text)
      statement.setReadBigInts(true)
      return statement
    }
    this.#statements = {
      append: sql('INSERT INTO events (round, kind, payload, crc) VALUES (?, ?, ?, ?)'),
      events: sql('SELECT seq, round, kind, payload, crc FROM events WHERE round = ? ORDER BY seq'),
      allEvents: sql('SELECT seq, round, kind, payload, crc FROM events'),
      rounds: sql('SELECT DISTINCT round FROM events ORDER BY round'),
      get: sql('SELECT key, value, crc FROM state WHERE key = ?'),
      set: sql(
        'INSERT INTO state (key, value, crc) VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value, crc = excluded.crc',
      ),
      delete: sql('DELETE FROM state WHERE key = ?'),
      // substr and not LIKE or GLOB: a prefix may hold their wildcards.
      entries: sql('SELECT key, value, crc FROM state WHERE key >= ?1 AND substr(key, 1, length(?1)) = ?1 ORDER BY key'),
      prune: sql('DELETE FROM events WHERE round < ?'),
    }
  }

  /** Reads everything once, so that damage shows on start and not in the middle of a round. */
  check(): void {
    const result = pragma(this.#database, 'quick_check(1)')
    if (result !== 'ok') throw new QuorateError('JOURNAL_CORRUPT', `${this.#path}: ${result}`)
    for (const row of this.#statements.allEvents.iterate()) this.#event(row as unknown as EventRow)
    this.entries('')
  }

  append(round: bigint, kind: string, payload: unknown): number {
    checkRound(round)
    const text = encodeValue(payload)
    return this.#write(() => Number(this.#statements.append.run(round, kind, text, eventCrc(round, kind, text)).lastInsertRowid))
  }

  events<T>(round: bigint): JournalEvent<T>[] {
    checkRound(round)
    const rows = this.#run(() => this.#statements.events.all(round)) as unknown as EventRow[]
    return rows.map((row) => this.#event(row) as JournalEvent<T>)
  }

  rounds(): bigint[] {
    return this.#run(() => this.#statements.rounds.all()).map((row) => row['round'] as bigint)
  }

  get<T>(key: string): T | undefined {
    const row = this.#run(() => this.#statements.get.get(key)) as unknown as StateRow | undefined
    return row && (this.#value(row) as T)
  }

  set(key: string, value: unknown): void {
    const text = encodeValue(value)
    this.#write(() => this.#statements.set.run(key, text, stateCrc(key, text)))
  }

  delete(key: string): boolean {
    return this.#write(() => this.#statements.delete.run(key)).changes > 0
  }

  entries<T>(prefix: string): [string, T][] {
    const rows = this.#run(() => this.#statements.entries.all(prefix)) as unknown as StateRow[]
    return rows.map((row) => [row.key, this.#value(row) as T])
  }

  transaction<T>(body: () => T): T {
    this.#flush(true)
    return this.#nest(body)
  }

  lazily<T>(body: () => T): T {
    this.#flush(false)
    return this.#nest(body)
  }

  #nest<T>(body: () => T): T {
    const outermost = this.#depth === 0
    const savepoint = `level_${this.#depth}`
    this.#run(() => this.#database.exec(outermost ? 'BEGIN IMMEDIATE' : `SAVEPOINT ${savepoint}`))
    this.#depth++
    try {
      const result = assertSynchronous(body())
      this.#run(() => this.#database.exec(outermost ? 'COMMIT' : `RELEASE ${savepoint}`))
      return result
    } catch (error) {
      // A full disk may have made SQLite roll everything back by itself; then there is nothing left to undo.
      if (this.#database.isOpen && this.#database.isTransaction) {
        this.#run(() => this.#database.exec(outermost ? 'ROLLBACK' : `ROLLBACK TO ${savepoint}; RELEASE ${savepoint}`))
      }
      throw error
    } finally {
      this.#depth--
    }
  }

  prune(round: bigint): number {
    checkRound(round)
    return Number(this.#write(() => this.#statements.prune.run(round)).changes)
  }

  close(): void {
    if (this.#database.isOpen) this.#run(() => this.#database.close())
  }

  #write<T>(work: () => T): T {
    this.#flush(true)
    return this.#run(work)
  }

  /** Says whether the next commit is flushed: SQLite takes it between transactions only, so the outermost one decides. */
  #flush(flushing: boolean): void {
    if (this.#depth > 0 || this.#flushing === flushing) return
    this.#run(() => this.#database.exec(`PRAGMA synchronous = ${flushing ? 'FULL' : 'NORMAL'}`))
    this.#flushing = flushing
  }

  #run<T>(work: () => T): T {
    if (!this.#database.isOpen) throw new QuorateError('STORAGE_FAILED', `${this.#path}: the journal is closed`)
    // A full disk can make SQLite roll back a whole transaction from inside; what its body does next must not be kept on its own.
    if (this.#depth > 0 && !this.#database.isTransaction) {
      throw new QuorateError('STORAGE_FAILED', `${this.#path}: this transaction was already rolled back`)
    }
    try {
      return work()
    } catch (cause) {
      throw storageError(cause, this.#path)
    }
  }

  #event({ seq, round, kind, payload, crc }: EventRow): JournalEvent {
    const intact = Number(crc) === eventCrc(round, kind, payload)
    return { seq: Number(seq), round, kind, payload: this.#decode(payload, intact, `event ${seq}`) }
  }

  #value({ key, value, crc }: StateRow): unknown {
    return this.#decode(value, Number(crc) === stateCrc(key, value), `value ${key}`)
  }

  #decode(text: string, intact: boolean, what: string): unknown {
    if (!intact) throw new QuorateError('JOURNAL_CORRUPT', `${this.#path}: ${what} does not match its checksum`)
    return decodeValue(text)
  }
}
