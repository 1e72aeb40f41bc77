import { z } from 'zod'
import { address, hash, natural, seconds } from './common.ts'

/** `/lineage`: the claims that stand, newest first; the last entry is genesis. */
export const lineageSchema = z
  .object({
    models: z.array(
      z.object({
        round: natural.describe('0 for genesis'),
        claimHash: hash,
        parent: hash.describe('claim hash of the model before; for genesis the hash of the specification'),
        modelRoot: hash,
        evidence: hash,
        operator: address.nullable().describe('null for genesis'),
        transaction: hash.nullable(),
        block: natural.nullable(),
        openedAt: seconds.nullable(),
        final: z.boolean(),
      }),
    ),
    next: natural.nullable().describe('pass it as `before` for the page that follows; null on the last page'),
  })
  .meta({ id: 'Lineage' })
export type LineageAnswer = z.infer<typeof lineageSchema>
