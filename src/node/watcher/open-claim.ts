import type { RowSource } from '../../engine/index.ts'
import { decodeOpening, openingMaxBytes } from '../../judge/index.ts'
import type { ClaimParts } from '../../judge/index.ts'
import { paddedLength, Verdict } from '../../protocol/index.ts'
import type { Hash } from '../../protocol/index.ts'
import { claimBaseOf, updatesOf } from '../../replay/index.ts'
import type { ComputedClaim, ModelState } from '../../replay/index.ts'
import { obtainUpdate } from '../claims/fetch-update.ts'
import { obtainDocument } from '../claims/obtain-record.ts'
import { outcomeOf, valueOf } from '../claims/outcome.ts'
import { patiently } from '../claims/patience.ts'
import type { ReplayPorts } from '../ports.ts'
import type { Dispute } from './dispute.ts'

/** The opening that somebody serves and that seals to the posted claim. An operator that announces several has the time of one. */
export async function openClaim(
  ports: Omit<ReplayPorts, 'factsOf' | 'compute'>,
  { round, claim, claimHash }: Pick<Dispute, 'round' | 'claim' | 'claimHash'>,
  base: ModelState,
  honest: ComputedClaim | undefined,
  signal: AbortSignal,
): Promise<ClaimParts | undefined> {
  const { task, stores, supply, logger } = ports
  const rows = new Map(honest?.files.updates)
  const known = { ...claimBaseOf(task.id, task.spec, base), round, updates: updatesOf(rows, stores.leaves), claimHash }
  const maxBytes = openingMaxBytes(task.spec, claim.members)
  const opened = await patiently(supply, maxBytes, signal, async (bounded) => {
    for (const hash of stores.openings.candidates(round, claimHash)) {
      const one = await outcomeOf(async () => decodeOpening(await obtainDocument(ports, hash, maxBytes, bounded), known), signal)
      if (one.kind === 'have') return one.value
      logger.debug({ round, claimHash, opening: hash }, one.error.message)
    }
    return undefined
  })
  if (opened) await fetchRows(ports, opened, rows, signal)
  return opened
}

/** Adds the updates that the rows of an opened claim name and that can be had. */
async function fetchRows(
  ports: Omit<ReplayPorts, 'factsOf' | 'compute'>,
  { rows: members }: ClaimParts,
  rows: Map<Hash, RowSource>,
  signal: AbortSignal,
): Promise<void> {
  const named = members.flatMap(({ verdict, updateRoot }) => (verdict >= Verdict.inadmissible ? [updateRoot] : []))
  const missing = [...new Set(named)].filter((root) => !rows.has(root))
  await patiently(ports.supply, missing.length * paddedLength(ports.task.spec), signal, async (bounded) =>
    Promise.all(
      missing.map(async (root) => {
        const row = valueOf(await outcomeOf(async () => obtainUpdate(ports, root, bounded), signal))
        if (row) rows.set(root, row)
      }),
    ),
  )
}
