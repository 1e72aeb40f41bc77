import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { QuorateError } from '../../core/index.ts'
import type { Logger } from '../../core/index.ts'
import { makeFolder, writeFileAtomic } from '../../storage/index.ts'

/** How statements of one kind stand in files. */
export interface RoundFileKind<M> {
  /** Their name in messages, plural. */
  name: string
  format: (round: bigint, statements: readonly M[]) => string
  /** @throws QuorateError STORAGE_FAILED for a text that the node did not write, or one of another round */
  parse: (text: string, round: bigint) => M[]
}

/** Rounds whose files stay on disk; the oldest go. */
const KEEP = 4096
const EXTENSION = '.json'

/**
 * Statements beside the protocol by round, one file a round, for commands that run beside the node and for its next start. One writer serves the folder, and a reader
 * sees whole files only.
 */
export class RoundFiles<M> {
  readonly #folder: string
  readonly #kind: RoundFileKind<M>
  readonly #logger: Pick<Logger, 'warn'>
  readonly #pending = new Map<bigint, readonly M[]>()
  #writing: Promise<void> | undefined

  constructor(folder: string, kind: RoundFileKind<M>, logger: Pick<Logger, 'warn'>) {
    this.#folder = folder
    this.#kind = kind
    this.#logger = logger
  }

  /** The statements of a round from now on. */
  put(round: bigint, statements: readonly M[]): void {
    this.#pending.set(round, statements)
    this.#writing ??= this.#drain()
  }

  /** What an earlier run wrote for these rounds; a damaged file is passed over, because peers have what it held. */
  async recover(rounds: readonly bigint[]): Promise<M[]> {
    const found = await Promise.all(
      rounds.map(async (round) =>
        loadRoundFile(this.#folder, this.#kind, round).catch((error: unknown) => {
          this.#logger.warn(
            { round, code: 'STORAGE_FAILED', error: String(error) },
            `a file of ${this.#kind.name} cannot be read`,
          )
          return []
        }),
      ),
    )
    return found.flat()
  }

  /** Resolves when the files say what was put. */
  async settled(): Promise<void> {
    await this.#writing
  }

  async #drain(): Promise<void> {
    for (let next = this.#next(); next; next = this.#next()) {
      const [round, statements] = next
      try {
        await makeFolder(this.#folder)
        await writeFileAtomic(join(this.#folder, `${round}${EXTENSION}`), this.#kind.format(round, statements))
        await this.#prune()
      } catch (error) {
        this.#logger.warn(
          { round, code: 'STORAGE_FAILED', error: String(error) },
          `the file of ${this.#kind.name} was not written`,
        )
      }
    }
    this.#writing = undefined
  }

  async #prune(): Promise<void> {
    const rounds = await roundsWithFile(this.#folder)
    for (const round of rounds.slice(0, -KEEP)) await rm(join(this.#folder, `${round}${EXTENSION}`), { force: true })
  }

  #next(): [bigint, readonly M[]] | undefined {
    const next = this.#pending.entries().next().value
    if (next) this.#pending.delete(next[0])
    return next
  }
}

/** Rounds that have a file, oldest first. */
export async function roundsWithFile(folder: string): Promise<bigint[]> {
  const names = await readdir(folder).catch(() => [])
  return names
    .flatMap((name) => (/^\d{1,18}\.json$/.test(name) ? [BigInt(name.slice(0, -EXTENSION.length))] : []))
    .sort((a, b) => (a < b ? -1 : 1))
}

/** The statements in a node's folder; their signatures are for the reader to check. @throws QuorateError STORAGE_FAILED */
export async function loadRoundFile<M>(folder: string, kind: RoundFileKind<M>, round: bigint): Promise<M[]> {
  const path = join(folder, `${round}${EXTENSION}`)
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw new QuorateError('STORAGE_FAILED', `the ${kind.name} in ${path} cannot be read`, { cause, details: { path } })
  }
  return kind.parse(text, round)
}
