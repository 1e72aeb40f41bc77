import type { MemberLeaf } from '../../protocol/index.ts'
import type { JudgeProof, ProofName } from '../proofs/proof.ts'

/** Proofs that open every row. */
const WHOLE = new Set<ProofName>(['proveAttestation', 'proveCertificate', 'proveAvailability'])
const NOBODY = /^0x0{40}$/

/** Members rows that a proof opens: the places of those it opens one by one, or all of the claim. */
export function rowsIn(proof: JudgeProof): number[] | 'all' {
  if (WHOLE.has(proof.functionName)) return 'all'
  const rows = new Set<number>()
  let all = false
  const look = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    if (Array.isArray(value)) return value.forEach(look)
    const { row, leaf, rows: every } = value as { row?: bigint; leaf?: Partial<MemberLeaf>; rows?: unknown }
    if (typeof row === 'bigint' && leaf?.member && !NOBODY.test(leaf.member)) rows.add(Number(row))
    if (Array.isArray(every) && every.length > 0) all = true
    Object.values(value).forEach(look)
  }
  // The case has no openings.
  proof.args.slice(1).forEach(look)
  return all ? 'all' : [...rows].sort((a, b) => a - b)
}
