import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { QuorateError } from '../../src/core/index.ts'
import { writeFileAtomic } from '../../src/storage/index.ts'
import type { LedgerState } from './spending.ts'

const count = z.int().min(0)
const event = { noiseMultiplier: z.number().min(0), samplingRate: z.number().min(0).max(1), steps: count }
const events = z.array(z.strictObject(event)).optional()
const schema = z.strictObject({
  version: z.literal(1),
  changes: count,
  spent: z.array(z.strictObject({ ...event, rounds: count })),
  reserved: events,
  planned: events,
})

function pathOf(folder: string): string {
  return join(folder, 'privacy.json')
}

/**
 * Writes the copy of the ledger of privacy into the state folder: commands beside the node read it, and a node whose journal was lost or is an old copy learns from
 * it what was spent.
 */
export async function writeLedgerFile(folder: string, state: LedgerState): Promise<void> {
  await writeFileAtomic(pathOf(folder), `${JSON.stringify({ version: 1, ...state })}\n`, { mode: 0o600 })
}

/**
 * @returns undefined when there is none
 * @throws QuorateError PRIVACY_LEDGER_DAMAGED
 */
export function readLedgerFile(folder: string): LedgerState | undefined {
  const path = pathOf(folder)
  try {
    const { version: _, ...state } = schema.parse(JSON.parse(readFileSync(path, 'utf8')))
    return state
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new QuorateError('PRIVACY_LEDGER_DAMAGED', `${path} does not say what was spent: ${String(cause).split('\n')[0]}`, {
      cause,
      details: { path },
    })
  }
}
