import { z } from 'zod'
import { address, count, hash, integer, natural } from './common.ts'
import { claimSchema, ledgerLeafSchema, ledgerProofSchema, memberLeafSchema } from './claim.ts'

/** `/rounds/{round}/gram`: how similar the admitted updates are. */
export const gramSchema = z
  .object({
    round: natural,
    claimHash: hash,
    members: z.array(address).describe('owners of the admitted updates, in the order of the matrix'),
    reference: z.boolean().describe('whether the last row is the public row of the task and no member'),
    products: z.array(z.array(integer)).describe('inner products of the updates, row by row'),
    cosines: z.array(z.array(z.number())).describe('the same as cosines, −1 … 1; 0 for an update of zeros'),
    norms: z.array(z.number()).describe('lengths of the updates'),
  })
  .meta({ id: 'Gram' })
export type GramAnswer = z.infer<typeof gramSchema>

/**
 * `/rounds/{round}/members/{address}/why`: the leaves that decide about one member, to be checked against the claim hash on chain.
 * The rows hash to `claim.membersRoot`, the pairs to `claim.gramRoot`, the trace to `claim.traceRoot`, the ledger leaves by their paths to
 * `parent.claim.ledgerRoot` and `claim.ledgerRoot`, the parent to `claim.parent`, and the claim to `claimHash`.
 */
export const whySchema = z
  .object({
    task: natural,
    round: natural,
    chainId: count,
    ledger: address.describe('contract that names the claim hash of the round'),
    member: address,
    claimHash: hash,
    final: z.boolean(),
    operator: address.describe('operator that posted the claim'),
    operatorSlot: count.nullable().describe('its place in the ledger; null where it has none'),
    spec: z.string().describe('text of spec.json: its hash stands in the genesis claim'),
    claim: claimSchema,
    parent: z.object({ round: natural, claim: claimSchema }),
    row: count.nullable().describe('index of the row of the member; null for none'),
    rows: z.array(memberLeafSchema).describe('all rows of the claim'),
    gram: z
      .array(z.object({ hash, product: integer }))
      .describe('root of the sum tree of each pair (i, j), j ≤ i, in the order of the protocol'),
    trace: z.array(z.object({ kind: count, index: count, words: z.array(integer) })).describe('all leaves of the trace'),
    norm: z
      .object({ leftHash: hash, leftSum: integer, rightHash: hash, rightSum: integer })
      .nullable()
      .describe('for an update that is inadmissible for its norm: the node that `reasonArg` hashes; the sum is the squared norm'),
    ledgerBefore: ledgerProofSchema.nullable().describe('null where the member has no slot, or the ledger is not kept'),
    ledgerAfter: ledgerProofSchema.nullable(),
    words: z.object({
      verdict: z.string().describe('the verdict in a sentence'),
      reward: z.string().describe('the reward in a sentence'),
    }),
  })
  .meta({ id: 'Why' })
export type WhyAnswer = z.infer<typeof whySchema>

/** What a member needs to collect its rewards: arguments of `RewardDistributor.claim`. */
export const claimableSchema = z
  .object({
    amount: natural.describe('rewards that are final and not claimed yet'),
    round: natural.describe('final claim whose ledger the leaf is in'),
    claim: claimSchema,
    slot: count,
    leaf: ledgerLeafSchema,
    path: z.array(hash).length(10),
  })
  .meta({ id: 'Claimable' })
