import { ZERO_HASH } from '../../protocol/index.ts'
import type { AttestedRow, MemberLeaf } from '../../protocol/index.ts'

/** The rows of a claim as the thresholds read them: a row without attestation hash has no attestation. */
export function attestedOf(rows: readonly MemberLeaf[]): AttestedRow[] {
  return rows.map(({ weight, held, attestationHash }) => ({ weight, held: attestationHash === ZERO_HASH ? undefined : held }))
}
