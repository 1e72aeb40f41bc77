import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { QuorateError } from '../core/index.ts'
import { openedLedger } from '../judge/index.ts'
import { decodeSpec, specHash } from '../protocol/index.ts'
import type { Claim, Hash, Ledger } from '../protocol/index.ts'
import { evidencePath, OPENING_FILE, readOpening, SPEC_FILE } from './evidence-folder.ts'

export interface LedgerSource {
  task: bigint
  /** As the chain names it. */
  specHash: Hash
  /** The claims that stand, by ascending round. */
  claims: readonly { round: bigint; claim: Pick<Claim, 'ledgerRoot'> }[]
}

/** The ledger after a round, every leaf of it under the root on chain; or why there is none. */
export type FoundLedger = { round: bigint; ledger: Ledger } | { missing: string }

/**
 * The newest ledger that a folder of evidence opens: the preimage of the `ledgerRoot` of a claim that stands. Whoever
 * wrote the folder need not be trusted. A false file is reported, not skipped for an older one.
 *
 * @param folder holds `<task>/<round>/`
 * @example
 * const found = await ledgerFromEvidence('state/evidence', { task, specHash, claims: standingClaims(events) })
 * const text = 'missing' in found ? found.missing : `ledger of round ${found.round}`
 */
export async function ledgerFromEvidence(
  folder: string,
  { task, specHash: expected, claims }: LedgerSource,
): Promise<FoundLedger> {
  for (const { round, claim } of claims.toReversed()) {
    const path = (name: string): string => join(evidencePath(folder, task, round), name)
    let file = OPENING_FILE
    try {
      const opening = await readOpening(folder, task, round)
      if (!opening) continue
      file = SPEC_FILE
      const spec = decodeSpec(await readFile(path(SPEC_FILE), 'utf8'))
      if (specHash(spec) !== expected) throw new QuorateError('SPEC_MISMATCH', 'the chain names another specification')
      file = OPENING_FILE
      return { round, ledger: openedLedger(opening, spec, claim.ledgerRoot) }
    } catch (error) {
      return { missing: `${path(file)}: ${(error as Error).message}` }
    }
  }
  return { missing: `${folder} holds no ${OPENING_FILE} of a round of task ${task} whose claim stands` }
}
