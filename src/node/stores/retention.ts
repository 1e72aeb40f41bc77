import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from '../../core/index.ts'
import { RING } from '../../protocol/index.ts'
import { evidencePath, OPENING_FILE } from '../../replay/index.ts'
import type { BlobStore } from '../../storage/index.ts'
import type { Openings } from './openings.ts'
import { StoreLinks } from './store-links.ts'

/** Rounds between two looks at every file of the stores. */
const SWEEP_EVERY = 8n

export interface RetentionOptions {
  /** Folder of the evidence, `<task>/<round>/`. */
  evidence: string
  task: bigint
  /** Stores whose files the evidence links to. */
  updates: Pick<BlobStore, 'list' | 'file' | 'delete'>
  documents: Pick<BlobStore, 'list' | 'file' | 'delete'>
  openings: Pick<Openings, 'made'>
  /** Whether evidence is hard links; where it is copies, nothing tells which files of the stores it still needs. */
  links: boolean
  /** Newest rounds whose evidence stays: at least the ledger's ring; `all` keeps every round. */
  keepRounds: number | 'all'
  /** Whether the claim of a round can no longer be rejected. */
  isFinal: (round: bigint) => Promise<boolean>
  logger: Logger
}

/**
 * Deletes data that a node need not keep: openings of final claims except the newest, evidence of rounds older than the
 * policy, and files of the stores without a link from evidence. A file that was never in evidence stays for the length
 * of the ledger's ring in rounds.
 *
 * @example
 * const retention = new Retention({ evidence, task, updates, documents, openings, links: true, keepRounds: 256, isFinal, logger })
 * await retention.after(round)
 */
export class Retention {
  readonly #options: RetentionOptions
  readonly #links: readonly StoreLinks[]
  #openingsFrom = 0n
  #running: Promise<void> = Promise.resolve()

  constructor(options: RetentionOptions) {
    this.#options = options
    this.#links = [options.updates, options.documents].map((store) => new StoreLinks(store))
  }

  /** Runs the policy after a claim of that round; one run at a time. What fails is logged and tried again after the next claim. */
  async after(round: bigint): Promise<void> {
    this.#running = this.#running.then(async () => {
      try {
        await this.#dropOpenings(round)
        await this.#dropRounds(round)
        if (this.#options.links && round % SWEEP_EVERY === 0n) for (const links of this.#links) await links.sweep(round)
      } catch (error) {
        this.#options.logger.warn({ round, error: String(error) }, 'old files could not be deleted')
      }
    })
    return this.#running
  }

  /** Resolves when no run is under way. */
  async settled(): Promise<void> {
    await this.#running
  }

  /** An opening proves a claim while it can be disputed; afterwards its replay gives it again. */
  async #dropOpenings(newest: bigint): Promise<void> {
    const { evidence, task, openings, documents, isFinal } = this.#options
    for (const round of await this.#rounds()) {
      if (round < this.#openingsFrom) continue
      if (round >= newest || !(await isFinal(round))) return
      await rm(join(evidencePath(evidence, task, round), OPENING_FILE), { force: true })
      for (const hash of openings.made(round)) await documents.delete(hash)
      this.#openingsFrom = round + 1n
    }
  }

  async #dropRounds(newest: bigint): Promise<void> {
    const { evidence, task, keepRounds, isFinal } = this.#options
    if (keepRounds === 'all') return
    // Claims in the ledger's ring may be disputed, so their data stays.
    const oldest = newest - BigInt(Math.max(keepRounds, RING)) + 1n
    for (const round of await this.#rounds()) {
      // Numbers of rounds that failed have no claim: one that is far back may be in the ring all the same.
      if (round >= oldest || !(await isFinal(round))) return
      await rm(evidencePath(evidence, task, round), { recursive: true, force: true })
    }
  }

  /** Ascending. */
  async #rounds(): Promise<bigint[]> {
    const { evidence, task } = this.#options
    const names = await readdir(join(evidence, task.toString())).catch(() => [])
    return names
      .filter((name) => /^\d+$/.test(name))
      .map(BigInt)
      .sort((a, b) => (a < b ? -1 : 1))
  }
}
