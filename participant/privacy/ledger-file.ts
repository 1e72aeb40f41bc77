import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { QuorateError } from '../../src/core/index.ts'
import { writeFileAtomic } from '../../src/storage/index.ts'
import type { LedgerState } from './spending.ts'

/** The file that several nodes count in (`ledger` under `[privacy]`). */
export interface SharedFile {
  /** Drawn when the file was made. */
  id: string
  /** Where it was. */
  path: string
}

/** The copy of a ledger in a state folder. */
export interface LedgerCopy extends LedgerState {
  /** The file that it is a copy of; left out for a ledger of this node alone. */
  shared?: SharedFile | undefined
}

const count = z.int().min(0)
const event = { noiseMultiplier: z.number().min(0), samplingRate: z.number().min(0).max(1), steps: count }
const events = z.array(z.strictObject(event))
const common = { changes: count, spent: z.array(z.strictObject({ ...event, rounds: count })), planned: events.optional() }
const schema = z.discriminatedUnion('version', [
  z.strictObject({
    version: z.literal(2),
    ...common,
    reserved: z.array(events),
    shared: z.strictObject({ id: z.string(), path: z.string() }).optional(),
  }),
  // Before nodes shared a ledger, there was one reservation.
  z
    .strictObject({ version: z.literal(1), ...common, reserved: events.optional() })
    .transform(({ reserved, ...rest }) => ({ ...rest, reserved: reserved ? [reserved] : [] })),
])

function pathOf(folder: string): string {
  return join(folder, 'privacy.json')
}

/**
 * Writes the copy of the ledger of privacy into the state folder: commands beside the node read it, and a node whose journal was lost or is an old copy learns from
 * it what was spent.
 */
export async function writeLedgerFile(folder: string, copy: LedgerCopy): Promise<void> {
  await writeFileAtomic(pathOf(folder), `${JSON.stringify({ version: 2, ...copy })}\n`, { mode: 0o600 })
}

/**
 * @returns undefined when there is none
 * @throws QuorateError PRIVACY_LEDGER_DAMAGED
 */
export function readLedgerFile(folder: string): LedgerCopy | undefined {
  const path = pathOf(folder)
  try {
    const { version: _, ...copy } = schema.parse(JSON.parse(readFileSync(path, 'utf8')))
    return copy
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new QuorateError('PRIVACY_LEDGER_DAMAGED', `${path} does not say what was spent: ${String(cause).split('\n')[0]}`, {
      cause,
      details: { path },
    })
  }
}
