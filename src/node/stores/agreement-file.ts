import { readFile, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { isQuorateError, QuorateError } from '../../core/index.ts'
import type { Logger } from '../../core/index.ts'
import { lowerHex } from '../../protocol/index.ts'
import type { Address, Hash, Hex } from '../../protocol/index.ts'
import { makeFolder, TEMPORARY, writeFileAtomic } from '../../storage/index.ts'

/** A member's signature under a claim. */
export interface AgreementEntry {
  /** Owner address, lower case. */
  member: Address
  signature: Hex
}

const hex = (bytes: number) => z.templateLiteral(['0x', z.string().regex(new RegExp(`^[0-9a-f]{${2 * bytes}}$`))])
const fileSchema = z.strictObject({
  claimHash: hex(32),
  signatures: z.array(z.strictObject({ member: hex(20), signature: hex(65) })),
})

const EXTENSION = '.json'

function pathOf(folder: string, claimHash: Hash): string {
  return join(folder, `${lowerHex(claimHash)}${EXTENSION}`)
}

/**
 * The agreements to open claims, one file a claim, for commands that run beside the node: the journal belongs to one process, so they cannot read it.
 * One writer serves the folder. What was put last for a claim is what its file ends with, and a reader sees whole files only.
 *
 * A file that cannot be written is logged and loses nothing: the journal has the agreements, and the next change writes the file again.
 *
 * @example
 * const files = new AgreementFiles(join(dataFolder, 'agreements'), logger)
 * files.put(claimHash, [{ member, signature }])
 * await files.settled()
 */
export class AgreementFiles {
  readonly #folder: string
  readonly #logger: Pick<Logger, 'warn'>
  /** What is to be written, newest only; undefined: the file goes. */
  readonly #pending = new Map<Hash, readonly AgreementEntry[] | undefined>()
  #writing: Promise<void> | undefined

  constructor(folder: string, logger: Pick<Logger, 'warn'>) {
    this.#folder = folder
    this.#logger = logger
  }

  /** The signatures under a claim from now on. */
  put(claimHash: Hash, signatures: readonly AgreementEntry[]): void {
    this.#pending.set(claimHash, signatures)
    this.#writing ??= this.#drain()
  }

  /** The claim is final, or does not stand any more. */
  drop(claimHash: Hash): void {
    this.#pending.set(claimHash, undefined)
    this.#writing ??= this.#drain()
  }

  /** Removes what a killed process left half-written. @returns the claims that have a file */
  async recover(): Promise<Hash[]> {
    await this.settled()
    const names = await readdir(this.#folder).catch(() => [])
    await Promise.all(
      names.filter((name) => TEMPORARY.test(name)).map(async (name) => rm(join(this.#folder, name), { force: true })),
    )
    return names.filter((name) => name.endsWith(EXTENSION)).map((name) => name.slice(0, -EXTENSION.length) as Hash)
  }

  /** Resolves when the files say what was put. */
  async settled(): Promise<void> {
    await this.#writing
  }

  async #drain(): Promise<void> {
    for (let next = this.#next(); next; next = this.#next()) {
      const [claimHash, signatures] = next
      const path = pathOf(this.#folder, claimHash)
      try {
        if (!signatures) await rm(path, { force: true })
        else {
          await makeFolder(this.#folder)
          await writeFileAtomic(path, JSON.stringify({ claimHash, signatures }))
        }
      } catch (error) {
        const code = isQuorateError(error) ? error.code : 'STORAGE_FAILED'
        this.#logger.warn({ claimHash, code, error: String(error) }, 'the file of agreements was not written')
      }
    }
    // No await since the last look, so nothing was put that this run does not know of.
    this.#writing = undefined
  }

  #next(): [Hash, readonly AgreementEntry[] | undefined] | undefined {
    const next = this.#pending.entries().next().value
    if (next) this.#pending.delete(next[0])
    return next
  }
}

/**
 * The agreements to a claim that a node's folder holds; none for a claim that nobody agreed to. Safe while the node runs.
 *
 * @throws QuorateError STORAGE_FAILED when the file cannot be read or is damaged
 */
export async function loadAgreements(folder: string, claimHash: Hash): Promise<AgreementEntry[]> {
  const path = pathOf(folder, claimHash)
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw new QuorateError(
      'STORAGE_FAILED',
      `the agreements in ${path} cannot be read (${(cause as Error).message}): make the file readable for this user`,
      { cause, details: { path } },
    )
  }
  return parseAgreements(text, claimHash, path)
}

/**
 * The agreements in the text of a file.
 *
 * @throws QuorateError STORAGE_FAILED for a text that the node did not write, or one about another claim
 */
export function parseAgreements(text: string, claimHash: Hash, path: string): AgreementEntry[] {
  const damaged = (cause: unknown): QuorateError =>
    new QuorateError(
      'STORAGE_FAILED',
      `the agreements in ${path} are damaged: delete the file and start the node, which writes it again from its journal`,
      { cause, details: { path } },
    )
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw damaged(cause)
  }
  const parsed = fileSchema.safeParse(json)
  if (!parsed.success || parsed.data.claimHash !== lowerHex(claimHash)) throw damaged(parsed.error)
  return parsed.data.signatures
}
