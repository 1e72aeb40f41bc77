import { commitmentsHash, sameAddress } from '../../protocol/index.ts'
import type { Address, RoundRecord } from '../../protocol/index.ts'
import type { RoundStatements } from './known-round.ts'

/**
 * The statements in a round's record. Commitments that were forced on chain have no signature and are left out.
 *
 * @param operator owner address of the operator that posted: the seal of another one is left out
 */
export function statementsOfRecord(
  { rows, attestations, seal }: Pick<RoundRecord, 'rows' | 'attestations' | 'seal'>,
  operator: Address,
): RoundStatements {
  const root = commitmentsHash(rows)
  return {
    commitments: rows.flatMap(({ member, commitment, source }) =>
      source.via === 'signature' ? [{ member, commitment, signature: source.signature }] : [],
    ),
    reveals: rows.flatMap(({ member, reveal }) => (reveal ? [{ member, ...reveal }] : [])),
    attestations: attestations.map(({ member, signature }) => ({ member, signature })),
    seals: sameAddress(seal.operator, operator) ? [{ root, value: BigInt(rows.length), signature: seal.signature }] : [],
    receipts: [],
  }
}
