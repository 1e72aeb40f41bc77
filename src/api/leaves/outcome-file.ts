import { z } from 'zod'
import { QuorateError } from '../../core/index.ts'
import { ledgerRoot, membersRoot } from '../../protocol/index.ts'
import type { Address, Claim, Hash, Ledger, LedgerLeaf, MemberLeaf } from '../../protocol/index.ts'
import { ledgerLeafSchema, memberLeafSchema } from '../schemas.ts'

/** What a claim came to: its rows, and the ledger after it. */
export interface Outcome {
  rows: readonly MemberLeaf[]
  ledger: Ledger
}

const fileSchema = z.strictObject({
  rows: z.array(memberLeafSchema),
  ledger: z.array(z.strictObject({ slot: z.int().min(0), leaf: ledgerLeafSchema })),
})

/**
 * Reads the text of a file, and checks it against the roots that the chain knows.
 *
 * @throws QuorateError STORAGE_DAMAGED for a text that is not what was written
 */
export function parseOutcome(text: string, claim: Pick<Claim, 'membersRoot' | 'ledgerRoot'>): Outcome {
  try {
    const { rows, ledger } = fileSchema.parse(JSON.parse(text))
    const outcome: Outcome = {
      rows: rows.map((row): MemberLeaf => ({
        ...row,
        member: row.member as Address,
        weight: BigInt(row.weight),
        commitment: row.commitment as Hash,
        signatureHash: row.signatureHash as Hash,
        updateRoot: row.updateRoot as Hash,
        held: BigInt(row.held),
        attestationHash: row.attestationHash as Hash,
        verdict: row.verdict as MemberLeaf['verdict'],
        reason: row.reason as MemberLeaf['reason'],
        reasonArg: row.reasonArg as Hash,
        score: BigInt(row.score),
      })),
      ledger: new Map(
        ledger.map(({ slot, leaf }): [number, LedgerLeaf] => [
          slot,
          { ...leaf, member: leaf.member as Address, reward: BigInt(leaf.reward), extra: leaf.extra as Hash },
        ]),
      ),
    }
    if (membersRoot(outcome.rows) !== claim.membersRoot || ledgerRoot(outcome.ledger) !== claim.ledgerRoot)
      throw new TypeError('its leaves have other roots than the claim')
    return outcome
  } catch (cause) {
    throw new QuorateError('STORAGE_DAMAGED', 'a file of the API is not what was written', { cause })
  }
}
