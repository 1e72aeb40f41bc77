import { isQuorateError, QuorateError } from '../../core/index.ts'
import type { RowFile } from '../../engine/index.ts'
import { availableRoots, checkRecord } from '../../protocol/index.ts'
import type { Address, Claim, Hash, RoundRecord } from '../../protocol/index.ts'
import type { ComputedClaim, ModelState } from '../../replay/index.ts'
import type { ReplayPorts } from '../ports.ts'
import { obtainUpdate } from './fetch-update.ts'
import { keepClaim } from './keep-claim.ts'
import { obtainRecord } from './obtain-record.ts'

/** A claim as the chain has it. */
export interface Posted {
  claimHash: Hash
  claim: Claim
  /** Owner address of who posted it. */
  operator: Address
}

/**
 * Replays a posted claim from its evidence and keeps the resulting state.
 *
 * @throws QuorateError CLAIM_MISMATCH when the replay gives another claim, BLOB_NOT_FOUND when the evidence cannot be had
 */
export async function replayClaim(
  ports: ReplayPorts,
  round: bigint,
  posted: Posted,
  base: ModelState,
  signal: AbortSignal,
): Promise<ComputedClaim> {
  const { record, manifest } = await obtainRecord(ports, posted.claim.evidence, signal)
  const faults = await checkRecord(record, await ports.factsOf(round, base.claimHash))
  if (faults.length > 0) {
    throw new QuorateError('CLAIM_MISMATCH', `the record of round ${round} is false: ${faults[0]}`, {
      details: { round: round.toString(), faults },
    })
  }
  const computed = await computeFromRecord(ports, record, base, signal)
  if (computed.claimHash !== posted.claimHash) {
    const fields = (Object.keys(computed.claim) as (keyof Claim)[]).filter(
      (field) => computed.claim[field] !== posted.claim[field],
    )
    throw new QuorateError('CLAIM_MISMATCH', `the claim of round ${round} differs from its replay in ${fields.join(', ')}`, {
      details: {
        round: round.toString(),
        fields,
        posted: posted.claimHash,
        replayed: computed.claimHash,
        manifest: manifest.length,
      },
    })
  }
  await keepClaim(ports, round, computed)
  return computed
}

/**
 * Fetches the available updates of a record and computes its claim. An update that the disk changed while the claim was computed is moved
 * away and fetched again, and the claim is computed anew.
 *
 * @throws QuorateError STORAGE_DAMAGED for a disk that does not keep what is written; errors of `obtainUpdate` and of the computer
 */
export async function computeFromRecord(
  ports: Omit<ReplayPorts, 'factsOf' | 'logger'>,
  record: RoundRecord,
  base: ModelState,
  signal: AbortSignal,
): Promise<ComputedClaim> {
  const { task, stores, compute } = ports
  const { id, spec, document } = task
  const roots = new Set(availableRoots(record, spec).filter((root): root is Hash => root !== undefined))
  // Each update once, and one try more.
  for (let left = roots.size; ; left--) {
    const updates = new Map<Hash, RowFile>()
    const obtained = await Promise.allSettled(
      [...roots].map(async (root) => updates.set(root, await obtainUpdate(ports, root, signal))),
    )
    // All have ended: nothing is written after this call. The updates that came are kept for the next try.
    const failed = obtained.find((one) => one.status === 'rejected')
    if (failed) throw failed.reason
    try {
      return await compute({ task: id, spec, document, base, record, updates, leaves: stores.leaves }, signal)
    } catch (error) {
      const damaged = isQuorateError(error, 'STORAGE_DAMAGED')
        ? [...updates].find(([, { file }]) => file === error.details['file'])
        : undefined
      if (!damaged || left === 0) throw error
      stores.leaves.forget(damaged[0])
      await stores.updates.setAside(damaged[0])
    }
  }
}
