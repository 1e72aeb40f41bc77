import { join } from 'node:path'
import { mkdirSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { QuorateError } from '../core/index.ts'
import type { Hash, Hex } from '../protocol/index.ts'

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS receipts (nonce INTEGER PRIMARY KEY, digest TEXT NOT NULL, text TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS vouchers (channel TEXT PRIMARY KEY, total TEXT NOT NULL, signature TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS calls (request TEXT PRIMARY KEY, grant TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS calls_by_grant ON calls (grant);
`

/** How one call is paid. */
export type Payment =
  | { kind: 'free' }
  /** `uses` 0: without limit. */
  | { kind: 'licence'; grant: Hash; request: Hash; uses: number }
  /** Amounts in token wei. */
  | { kind: 'channel'; channel: Hash; total: bigint; signature: Hex; price: bigint }

/**
 * What a server must never forget: which nonces it signed, what it was paid, and which calls it answered. A call that returned is on the disk,
 * so neither `kill -9` nor a power failure makes a server sign a nonce twice, or lose a voucher.
 *
 * One process opens a book at a time.
 */
export class ReceiptBook implements Disposable {
  readonly #database: DatabaseSync

  /** @throws QuorateError STORAGE_LOCKED when another process has it open */
  constructor(folder: string) {
    mkdirSync(folder, { recursive: true })
    this.#database = new DatabaseSync(join(folder, 'receipts.db'), { readBigInts: true })
    try {
      this.#database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;')
      this.#database.exec(SCHEMA)
    } catch (cause) {
      this.#database.close()
      throw new QuorateError('STORAGE_LOCKED', `${folder} is in use by another server, or is not a folder of receipts`, { cause })
    }
  }

  /** The nonce of the next receipt. */
  next(): bigint {
    const row = this.#database.prepare('SELECT max(nonce) AS last FROM receipts').get()
    return row?.['last'] === null ? 0n : (row!['last'] as bigint) + 1n
  }

  /** Why a payment does not pay for another call; undefined if it does. */
  refusal(payment: Payment): string | undefined {
    if (payment.kind === 'licence') {
      if (this.#database.prepare('SELECT 1 FROM calls WHERE request = ?').get(payment.request) !== undefined)
        return 'this signed call was answered before'
      const used = this.#database.prepare('SELECT count(*) AS used FROM calls WHERE grant = ?').get(payment.grant)!['used']
      return payment.uses > 0 && (used as bigint) >= BigInt(payment.uses)
        ? `all ${payment.uses} uses of the licence are over`
        : undefined
    }
    if (payment.kind === 'channel') {
      const needed = this.paid(payment.channel) + payment.price
      return payment.total < needed ? `the voucher must pay ${needed} in all` : undefined
    }
    return undefined
  }

  /** Writes an answer and its payment down, both or neither. @throws QuorateError PAYMENT_REQUIRED for a payment that was used meanwhile */
  enter(nonce: bigint, { digest, text }: { digest: Hash; text: string }, payment: Payment): void {
    const refusal = this.refusal(payment)
    if (refusal !== undefined) throw new QuorateError('PAYMENT_REQUIRED', refusal)
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      this.#database.prepare('INSERT INTO receipts VALUES (?, ?, ?)').run(nonce, digest, text)
      if (payment.kind === 'licence')
        this.#database.prepare('INSERT INTO calls VALUES (?, ?)').run(payment.request, payment.grant)
      if (payment.kind === 'channel') {
        const { channel, total, signature } = payment
        this.#database.prepare('INSERT OR REPLACE INTO vouchers VALUES (?, ?, ?)').run(channel, String(total), signature)
      }
      this.#database.exec('COMMIT')
    } catch (error) {
      this.#database.exec('ROLLBACK')
      throw error
    }
  }

  /** What the newest voucher of a channel pays, token wei. */
  paid(channel: Hash): bigint {
    return BigInt((this.#database.prepare('SELECT total FROM vouchers WHERE channel = ?').get(channel)?.['total'] as string) ?? 0)
  }

  /** The newest voucher of each channel. */
  vouchers(): { channel: Hash; total: bigint; signature: Hex }[] {
    return this.#database
      .prepare('SELECT channel, total, signature FROM vouchers')
      .all()
      .map(({ channel, total, signature }) => ({
        channel: channel as Hash,
        total: BigInt(total as string),
        signature: signature as Hex,
      }))
  }

  /** A receipt by its nonce. */
  receipt(nonce: bigint): { digest: Hash; text: string } | undefined {
    const row = this.#database.prepare('SELECT digest, text FROM receipts WHERE nonce = ?').get(nonce)
    return row && { digest: row['digest'] as Hash, text: row['text'] as string }
  }

  /** Digests of receipts from a nonce on, in order. */
  digestsFrom(first: bigint, most = 65_536): Hash[] {
    const rows = this.#database.prepare('SELECT digest FROM receipts WHERE nonce >= ? ORDER BY nonce LIMIT ?').all(first, most)
    return rows.map(({ digest }) => digest as Hash)
  }

  [Symbol.dispose](): void {
    this.#database.close()
  }
}
