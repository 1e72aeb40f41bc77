import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { QuorateError } from '../../core/index.ts'
import type { Logger } from '../../core/index.ts'
import { checkMetrics } from '../../protocol/index.ts'
import type { EvaluationMessage } from '../../protocol/index.ts'
import { makeFolder, writeFileAtomic } from '../../storage/index.ts'

const hex = (bytes: number) => z.templateLiteral(['0x', z.string().regex(new RegExp(`^[0-9a-f]{${2 * bytes}}$`))])
const digits = z
  .string()
  .regex(/^-?\d{1,20}$/)
  .transform(BigInt)
const uint64 = digits.refine((value) => BigInt.asUintN(64, value) === value)
const fileSchema = z.strictObject({
  round: uint64,
  evaluations: z
    .array(
      z.strictObject({
        task: uint64,
        member: hex(20),
        modelRoot: hex(32),
        samples: z
          .int()
          .min(1)
          .max(2 ** 32 - 1),
        metrics: z.array(z.strictObject({ name: z.string(), millionths: digits })),
        signature: hex(65),
      }),
    )
    .max(1024),
})

/** Rounds whose evaluations stay on disk; the oldest go. */
const KEEP = 4096
const EXTENSION = '.json'

/**
 * Evaluations by round, one file a round, for commands that run beside the node and for its next start. One writer serves the folder, and a reader sees
 * whole files only.
 */
export class EvaluationFiles {
  readonly #folder: string
  readonly #logger: Pick<Logger, 'warn'>
  readonly #pending = new Map<bigint, readonly EvaluationMessage[]>()
  #writing: Promise<void> | undefined

  constructor(folder: string, logger: Pick<Logger, 'warn'>) {
    this.#folder = folder
    this.#logger = logger
  }

  /** The evaluations of a round from now on. */
  put(round: bigint, evaluations: readonly EvaluationMessage[]): void {
    this.#pending.set(round, evaluations)
    this.#writing ??= this.#drain()
  }

  /** What an earlier run wrote for these rounds; a damaged file is passed over, because peers have what it held. */
  async recover(rounds: readonly bigint[]): Promise<EvaluationMessage[]> {
    const found = await Promise.all(
      rounds.map(async (round) =>
        loadEvaluations(this.#folder, round).catch((error: unknown) => {
          this.#logger.warn({ round, code: 'STORAGE_FAILED', error: String(error) }, 'a file of evaluations cannot be read')
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
      const [round, evaluations] = next
      try {
        await makeFolder(this.#folder)
        await writeFileAtomic(join(this.#folder, `${round}${EXTENSION}`), formatEvaluations(round, evaluations))
        await this.#prune()
      } catch (error) {
        this.#logger.warn({ round, code: 'STORAGE_FAILED', error: String(error) }, 'the file of evaluations was not written')
      }
    }
    this.#writing = undefined
  }

  async #prune(): Promise<void> {
    const rounds = await evaluatedRounds(this.#folder)
    for (const round of rounds.slice(0, -KEEP)) await rm(join(this.#folder, `${round}${EXTENSION}`), { force: true })
  }

  #next(): [bigint, readonly EvaluationMessage[]] | undefined {
    const next = this.#pending.entries().next().value
    if (next) this.#pending.delete(next[0])
    return next
  }
}

/** Rounds that have a file, oldest first. */
export async function evaluatedRounds(folder: string): Promise<bigint[]> {
  const names = await readdir(folder).catch(() => [])
  return names
    .flatMap((name) => (/^\d{1,18}\.json$/.test(name) ? [BigInt(name.slice(0, -EXTENSION.length))] : []))
    .sort((a, b) => (a < b ? -1 : 1))
}

/** The evaluations in a node's folder; their signatures are for the reader to check. @throws QuorateError STORAGE_FAILED */
export async function loadEvaluations(folder: string, round: bigint): Promise<EvaluationMessage[]> {
  const path = join(folder, `${round}${EXTENSION}`)
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw new QuorateError('STORAGE_FAILED', `the evaluations in ${path} cannot be read`, { cause, details: { path } })
  }
  return parseEvaluations(text, round)
}

/** The evaluations in the text of a file. @throws QuorateError STORAGE_FAILED for a text that the node did not write, or one of another round */
export function parseEvaluations(text: string, round: bigint): EvaluationMessage[] {
  try {
    const { round: found, evaluations } = fileSchema.parse(JSON.parse(text))
    if (found !== round) throw new TypeError(`it is of round ${found}`)
    return evaluations.map(({ metrics, ...rest }) => ({ kind: 'evaluation', round, ...rest, metrics: checkMetrics(metrics) }))
  } catch (cause) {
    throw new QuorateError('STORAGE_FAILED', `the evaluations of round ${round} are damaged: delete the file`, { cause })
  }
}

/** The text of a file. */
export function formatEvaluations(round: bigint, evaluations: readonly EvaluationMessage[]): string {
  const written = evaluations.map(({ task, member, modelRoot, samples, metrics, signature }) => ({
    task: task.toString(),
    member,
    modelRoot,
    samples,
    signature,
    metrics: metrics.map(({ name, millionths }) => ({ name, millionths: millionths.toString() })),
  }))
  return JSON.stringify({ round: round.toString(), evaluations: written })
}
