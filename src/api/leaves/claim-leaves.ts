import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { QuorateError } from '../../core/index.ts'
import type { Logger } from '../../core/index.ts'
import { startThread } from '../../engine/runner.ts'
import { WorkerPool } from '../../engine/worker-pool.ts'
import { encodeSpec, ZERO_HASH } from '../../protocol/index.ts'
import type { Claim, Hash } from '../../protocol/index.ts'
import { linkFile, makeFolder, writeFileAtomic } from '../../storage/index.ts'
import type { ApiNode } from '../reading/api-node.ts'
import type { LeafJobs } from './jobs.ts'
import { parseOutcome } from './outcome-file.ts'
import type { Outcome } from './outcome-file.ts'

export interface ClaimLeavesNeeds {
  node: Pick<ApiNode, 'ports' | 'about'>
  logger: Pick<Logger, 'warn' | 'debug'>
  /** Most bytes of files; the oldest claims go. */
  limit?: number
}

/** A claim by number, hash and roots. */
export interface NamedClaim {
  round: bigint
  claimHash: Hash
  claim: Claim
}

/** Outcomes in memory. */
const IN_MEMORY = 256
/** Of the openings that are taken apart without being asked for: larger ones take a thread minutes. */
const EAGER_BYTES = 64 * 1024 ** 2
const LIMIT = 256 * 1024 ** 2

/**
 * What the claims of a task came to, row by row. A node deletes the opening of a claim when it is final; these files keep the part of it
 * that tells about members. One thread reads openings, one after the other, so that no round waits.
 *
 * @example
 * const { rows } = (await leaves.outcome(posted))!
 */
export class ClaimLeaves implements AsyncDisposable {
  readonly #needs: ClaimLeavesNeeds
  readonly #folder: string
  readonly #spec: string
  readonly #thread = new WorkerPool<LeafJobs>(1, () => startThread(new URL('./worker.ts', import.meta.url)))
  readonly #outcomes = new Map<Hash, Outcome>()
  readonly #making = new Map<Hash, Promise<boolean>>()

  constructor(needs: ClaimLeavesNeeds) {
    this.#needs = needs
    const { dataFolder, spec } = needs.node.about
    this.#folder = join(dataFolder, 'api', 'claims')
    this.#spec = encodeSpec(spec)
  }

  /** Keeps what a claim came to, soon after this node computed it. Never throws. */
  async keep(posted: NamedClaim): Promise<void> {
    const held = this.#path(posted, '.opening')
    try {
      const opening = this.#opening(posted)
      if (opening === undefined || (await this.#has(posted)) || (await bytesOf(opening)) > EAGER_BYTES) return
      // The node may delete the opening while the thread has other work.
      await makeFolder(this.#folder)
      await linkFile(opening, held)
      await this.#make(posted)
    } catch (error) {
      this.#needs.logger.debug({ round: posted.round, error: String(error) }, 'the leaves of a claim were not kept')
    } finally {
      await rm(held, { force: true }).catch(() => {})
    }
  }

  /** What a claim came to; undefined where this node does not keep it. */
  async outcome(posted: NamedClaim): Promise<Outcome | undefined> {
    const known = this.#outcomes.get(posted.claimHash)
    if (known) return this.#remember(posted.claimHash, known)
    const text = await this.#text(posted)
    if (text === undefined) return undefined
    try {
      return this.#remember(posted.claimHash, parseOutcome(text, posted.claim))
    } catch (error) {
      this.#needs.logger.warn(
        { round: posted.round, code: 'STORAGE_DAMAGED', error: String(error) },
        'a file of the API is dropped',
      )
      for (const end of ['.json', '.leaves.json'] as const) await rm(this.#path(posted, end), { force: true })
      return undefined
    }
  }

  /**
   * A part of an answer about a claim, as JSON without its braces.
   *
   * @throws QuorateError API_NOT_KNOWN where this node does not keep the claim
   */
  async fragment(posted: NamedClaim, job: { kind: 'why'; row: number | null } | { kind: 'gram' }): Promise<string> {
    if (!(await this.#has(posted)) && !(await this.#make(posted))) throw this.#unknown(posted)
    const file = this.#path(posted, '.leaves.json')
    return job.kind === 'why' ? this.#thread.run('why', { file, row: job.row }) : this.#thread.run('gram', { file })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#thread.close()
    await Promise.allSettled(this.#making.values())
  }

  #unknown({ round }: NamedClaim): QuorateError {
    return new QuorateError('API_NOT_KNOWN', `this node does not keep the leaves of the claim of round ${round}`)
  }

  /** Names sort by round. */
  #path({ round, claimHash }: NamedClaim, end: '.json' | '.leaves.json' | '.opening'): string {
    return join(this.#folder, `${round.toString().padStart(20, '0')}-${claimHash}${end}`)
  }

  async #text(posted: NamedClaim): Promise<string | undefined> {
    const file = this.#path(posted, '.json')
    const text = await readFile(file, 'utf8').catch(() => undefined)
    if (text !== undefined) return text
    // A large opening waits until its leaves are asked for.
    const opening = this.#opening(posted)
    if ((opening !== undefined && (await bytesOf(opening)) > EAGER_BYTES) || !(await this.#make(posted))) return undefined
    return readFile(file, 'utf8').catch(() => undefined)
  }

  async #has(posted: NamedClaim): Promise<boolean> {
    return (await bytesOf(this.#path(posted, '.leaves.json'))) > 0
  }

  /** The opening that this node made of a claim, while it has the file. */
  #opening({ claimHash }: NamedClaim): string | undefined {
    const { openings, documents } = this.#needs.node.ports.stores
    const hash = openings.own(claimHash)
    return hash === ZERO_HASH ? undefined : documents.file(hash)
  }

  /** @returns whether the files are there now */
  async #make(posted: NamedClaim): Promise<boolean> {
    const { claimHash } = posted
    const running = this.#making.get(claimHash) ?? this.#makeFiles(posted).finally(() => this.#making.delete(claimHash))
    this.#making.set(claimHash, running)
    return running
  }

  async #makeFiles(posted: NamedClaim): Promise<boolean> {
    const held = this.#path(posted, '.opening')
    const file = (await bytesOf(held)) > 0 ? held : this.#opening(posted)
    if (file === undefined || (await bytesOf(file)) === 0) return false
    const { membersRoot, gramRoot, traceRoot, ledgerRoot } = posted.claim
    const roots = { membersRoot, gramRoot, traceRoot, ledgerRoot }
    const { outcome, leaves } = await this.#thread.run('open', { file, spec: this.#spec, roots })
    await makeFolder(this.#folder)
    await writeFileAtomic(this.#path(posted, '.json'), outcome)
    await writeFileAtomic(this.#path(posted, '.leaves.json'), leaves)
    await this.#prune()
    return true
  }

  /** Deletes the oldest claims beyond the limit. */
  async #prune(): Promise<void> {
    const names = (await readdir(this.#folder)).sort().toReversed()
    let left = this.#needs.limit ?? LIMIT
    for (const name of names) {
      left -= await bytesOf(join(this.#folder, name))
      if (left < 0) await rm(join(this.#folder, name), { force: true })
    }
  }

  #remember(claimHash: Hash, outcome: Outcome): Outcome {
    this.#outcomes.delete(claimHash)
    this.#outcomes.set(claimHash, outcome)
    const [oldest] = this.#outcomes.keys()
    if (this.#outcomes.size > IN_MEMORY && oldest !== undefined) this.#outcomes.delete(oldest)
    return outcome
  }
}

/** Bytes of a file; 0 where there is none. */
async function bytesOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  )
}
