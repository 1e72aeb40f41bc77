import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { QuorateError } from '../../core/index.ts'
import type { Hash } from '../../protocol/index.ts'
import { openJournal, storageError, syncFolder } from '../../storage/index.ts'
import { DROPPED, PART_FILE, PARTS, partName, WRITING } from './part.ts'
import type { Part } from './part.ts'
import { openPartWriter } from './part-writer.ts'
import type { PartWriter } from './part-writer.ts'

const HASH = z.custom<Hash>((value) => typeof value === 'string' && /^0x[0-9a-f]{64}$/.test(value))
const NUMBER = z.string().regex(/^\d+$/).transform(BigInt)
const DESCRIPTION = z.object({ from: NUMBER, to: NUMBER, parentHash: HASH, hash: HASH })

/** What a folder holds of a chain: parts without gaps, each the child of the one before. */
export interface Lake extends Disposable {
  readonly folder: string
  readonly firstBlock: bigint
  /** Ascending. */
  readonly parts: readonly Part[]
  /** Collects rows of the next part. Dispose of it. */
  openWriter(): Promise<PartWriter>
  /** Adds the part that a writer of this folder holds. */
  append(writer: PartWriter, part: Part): Promise<void>
  /** Takes the last part away. */
  dropLast(): Promise<void>
}

export interface OpenLakeOptions {
  chainId: number
  /** Of a new folder. An older folder keeps the one it has. */
  firstBlock: bigint
}

/**
 * Opens or makes the folder of a chain, holds it against other processes, and deletes what a killed process left half written.
 *
 * @throws QuorateError STORAGE_LOCKED, STORAGE_FAILED, STORAGE_DAMAGED, CHAIN_ID_MISMATCH for a folder of another chain
 */
export async function openLake(folder: string, { chainId, firstBlock }: OpenLakeOptions): Promise<Lake> {
  const place = join(folder, PARTS)
  await mkdir(place, { recursive: true }).catch((cause: unknown) => {
    throw storageError(cause, place)
  })
  const journal = openJournal(folder)
  try {
    const known = journal.get<{ chainId: number; firstBlock: bigint }>('chain') ?? { chainId, firstBlock }
    if (known.chainId !== chainId)
      throw new QuorateError('CHAIN_ID_MISMATCH', `${folder} holds blocks of chain ${known.chainId}, the node serves ${chainId}`)
    journal.set('chain', known)
    await deleteLeftovers(folder)
    const parts = await readParts(folder)
    return {
      folder,
      firstBlock: known.firstBlock,
      parts,
      openWriter: async () => openPartWriter(folder),
      async append(writer, part) {
        await writer.commit(part)
        parts.push(part)
      },
      async dropLast() {
        await drop(folder, parts.at(-1)!)
        parts.pop()
      },
      [Symbol.dispose]: () => journal.close(),
    }
  } catch (error) {
    journal.close()
    throw error
  }
}

/**
 * The parts of a folder that another process may be writing to.
 *
 * @throws QuorateError STORAGE_FAILED for a folder without any, STORAGE_DAMAGED for one with gaps
 */
export async function readParts(folder: string): Promise<Part[]> {
  const place = join(folder, PARTS)
  if (!existsSync(place)) throw new QuorateError('STORAGE_FAILED', `${folder} holds no chain: run \`quorate insight sync\` first`)
  const parts: Part[] = []
  for (const name of (await readdir(place)).toSorted()) {
    const part = await readPart(join(place, name, PART_FILE))
    const last = parts.at(-1)
    if (partName(part) !== name || (last && (part.from !== last.to + 1n || part.parentHash !== last.hash))) {
      const message = `${join(place, name)} does not follow the part before it: remove it and all parts after it, and sync again`
      throw new QuorateError('STORAGE_DAMAGED', message)
    }
    parts.push(part)
  }
  return parts
}

async function readPart(path: string): Promise<Part> {
  try {
    return DESCRIPTION.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch (cause) {
    throw new QuorateError('STORAGE_DAMAGED', `${path} describes no part: remove its folder and all parts after it`, { cause })
  }
}

/** A rename takes the part away at once; deleting its files takes several steps. */
async function drop(folder: string, part: Part): Promise<void> {
  const dropped = join(folder, `${DROPPED}${randomBytes(6).toString('hex')}`)
  try {
    await rename(join(folder, PARTS, partName(part)), dropped)
    await syncFolder(join(folder, PARTS))
    await rm(dropped, { recursive: true })
  } catch (cause) {
    throw storageError(cause, dropped)
  }
}

async function deleteLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.startsWith(WRITING) || name.startsWith(DROPPED)) await rm(join(folder, name), { recursive: true })
  }
}
