import { verifyStatement } from '../../protocol/index.ts'
import type { SignedStatement } from '../../protocol/index.ts'
import type { JudgeProof } from '../proofs/proof.ts'
import { buildEquivocationProof } from '../proofs/prove-equivocation.ts'
import type { KnownRound } from './known-round.ts'

/** Two different seals of the operator that posted. The proof needs nothing of the claim, so nothing that the operator could withhold. */
export async function sealFraud({ facts, operator, operatorKey, statements }: KnownRound): Promise<JudgeProof | undefined> {
  const { domain, task, round } = facts
  let first: SignedStatement | undefined
  for (const seal of operatorKey ? statements.seals : []) {
    if (first?.root === seal.root && first.value === seal.value) continue
    const body = { task, round, commitments: seal.root, count: Number(seal.value) }
    if (!(await verifyStatement(domain, 'Seal', body, seal.signature, operatorKey!))) continue
    if (first) return buildEquivocationProof({ task, round, kind: 'seal', signer: operator, first, second: seal })
    first = seal
  }
  return undefined
}
