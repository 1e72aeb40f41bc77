import type { RoundRecord } from '../../protocol/index.ts'
import type { RoundStatements } from './known-round.ts'

/** The statements in a round's record. Commitments that were forced on chain have no signature and are left out. */
export function statementsOfRecord({ rows, attestations }: Pick<RoundRecord, 'rows' | 'attestations'>): RoundStatements {
  return {
    commitments: rows.flatMap(({ member, commitment, source }) =>
      source.via === 'signature' ? [{ member, commitment, signature: source.signature }] : [],
    ),
    reveals: rows.flatMap(({ member, reveal }) => (reveal ? [{ member, ...reveal }] : [])),
    attestations: attestations.map(({ member, signature }) => ({ member, signature })),
    receipts: [],
  }
}
