import { z } from 'zod'
import { address, amount, count, hash, natural } from './common.ts'

/** A claim as posted: its 11 fields hash, with task and round, to the claim hash on chain (docs/protocol.md §5). */
export const claimSchema = z
  .object({
    parent: hash,
    membersRoot: hash,
    gramRoot: hash,
    traceRoot: hash,
    transitionRoot: hash,
    modelRoot: hash,
    referenceRoot: hash,
    ledgerRoot: hash,
    evidence: hash,
    ledgerTotal: amount,
    members: count,
  })
  .meta({ id: 'Claim' })

/** A members row: a leaf under `membersRoot`. */
export const memberLeafSchema = z
  .object({
    member: address,
    slot: count,
    weight: amount.describe('stake that the member counts with'),
    commitment: hash,
    signatureHash: hash,
    updateRoot: hash,
    held: natural.describe('bit i stands for row i'),
    attestationHash: hash,
    verdict: z.int().min(0).max(5),
    reason: z.int().min(0).max(3),
    reasonArg: hash,
    beta: count.describe('weight in the model step, in 1/65536'),
    score: natural,
  })
  .meta({ id: 'MemberLeaf' })

/** A leaf under `ledgerRoot`. */
export const ledgerLeafSchema = z
  .object({
    member: address,
    reward: amount.describe('all rewards until then'),
    strikes: count.describe('in 1/256'),
    reputation: count.describe('in 1/65536'),
    extra: hash.describe('evidence across rounds'),
  })
  .meta({ id: 'LedgerLeaf' })

/** A place in the ledger, opened. */
export const ledgerProofSchema = z
  .object({
    slot: count,
    leaf: ledgerLeafSchema.nullable().describe('null where the slot was never written: its leaf is zero'),
    path: z.array(hash).length(10).describe('siblings from the leaf up'),
  })
  .meta({ id: 'LedgerProof' })
