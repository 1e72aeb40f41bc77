import { isQuorateError } from '../../core/index.ts'
import type { RowFile } from '../../engine/index.ts'
import { availableRoots, checkRecord, paddedLength } from '../../protocol/index.ts'
import type { Address, Claim, Hash, RecordFacts, RoundRecord, RoundState } from '../../protocol/index.ts'
import type { ComputedClaim, ModelState } from '../../replay/index.ts'
import type { ReplayPorts } from '../ports.ts'
import { obtainUpdate } from './fetch-update.ts'
import { keepClaim } from './keep-claim.ts'
import { obtainRecord, recordSeen } from './obtain-record.ts'
import { FalseEvidence, isDisk, outcomeOf, own } from './outcome.ts'
import type { Outcome } from './outcome.ts'
import { patiently } from './patience.ts'

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
 * @param seen the round as this node lived through it: where the claim commits to exactly that record, its operator need not serve it
 * @returns the claim, which equals the posted one; or that its evidence cannot be had, or is false
 * @throws trouble of this node: its stop, `OwnTrouble`
 */
export async function replayClaim(
  ports: ReplayPorts,
  round: bigint,
  posted: Posted,
  base: ModelState,
  signal: AbortSignal,
  seen?: RoundState,
): Promise<Outcome<ComputedClaim>> {
  return outcomeOf(async () => {
    const { evidence } = posted.claim
    const { record, manifest } = recordSeen(ports, evidence, seen) ?? (await obtainRecord(ports, evidence, signal))
    const facts = await own(async () => ports.factsOf(round, base.claimHash, signal))
    const faults = await faultsOf(record, facts)
    if (faults.length > 0)
      throw new FalseEvidence(`the record of round ${round} is false: ${faults[0]}`, {
        details: { round: round.toString(), faults },
      })
    const computed = await computeFromRecord(ports, record, base, signal)
    if (computed.claimHash !== posted.claimHash) throw differs(round, posted, computed, manifest)
    await own(async () => keepClaim(ports, round, computed))
    return computed
  }, signal)
}

/** Why a record cannot be true. One that breaks the check is not what a round leaves. */
export async function faultsOf(record: RoundRecord, facts: RecordFacts): Promise<string[]> {
  try {
    return await checkRecord(record, facts)
  } catch (error) {
    return [`it cannot be checked: ${String(error)}`]
  }
}

/**
 * Fetches the available updates of a record and computes its claim. An update that the disk changed while the claim was computed is moved
 * away and fetched again, and the claim is computed anew.
 *
 * @throws OwnTrouble of the disk, STORAGE_DAMAGED for one that does not keep what is written; what the supply throws, and what the
 * computation throws over these updates
 */
export async function computeFromRecord(
  ports: Omit<ReplayPorts, 'factsOf' | 'logger'>,
  record: RoundRecord,
  base: ModelState,
  signal: AbortSignal,
): Promise<ComputedClaim> {
  const { task, stores, supply, compute } = ports
  const { id, spec, document } = task
  const roots = [...new Set(availableRoots(record, spec).filter((root): root is Hash => root !== undefined))]
  // Each update once, and one try more.
  for (let left = roots.length; ; left--) {
    const updates = new Map<Hash, RowFile>()
    const obtained = await patiently(supply, roots.length * paddedLength(spec), signal, async (bounded) =>
      Promise.allSettled(roots.map(async (root) => updates.set(root, await obtainUpdate(ports, root, bounded)))),
    )
    // All have ended: nothing is written after this call. The updates that came are kept for the next try.
    const failed = obtained.find((one) => one.status === 'rejected')
    if (failed) throw failed.reason
    const input = { task: id, spec, document, base, record, updates, leaves: stores.leaves }
    try {
      return await own(async () => compute(input, signal), isDisk)
    } catch (error) {
      const damaged = isQuorateError(error, 'STORAGE_DAMAGED')
        ? [...updates].find(([, { file }]) => file === error.details['file'])
        : undefined
      if (!damaged || left === 0) throw error
      stores.leaves.forget(damaged[0])
      await own(async () => stores.updates.setAside(damaged[0]))
    }
  }
}

function differs(round: bigint, posted: Posted, computed: ComputedClaim, manifest: string): FalseEvidence {
  const fields = (Object.keys(computed.claim) as (keyof Claim)[]).filter((field) => computed.claim[field] !== posted.claim[field])
  return new FalseEvidence(`the claim of round ${round} differs from its replay in ${fields.join(', ')}`, {
    details: {
      round: round.toString(),
      fields,
      posted: posted.claimHash,
      replayed: computed.claimHash,
      manifest: manifest.length,
    },
  })
}
