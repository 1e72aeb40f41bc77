import { shared } from '../src/engine/index.ts'
import type { HashedRow } from '../src/engine/index.ts'
import { chunkHashes, keccak, RuleId, toHex } from '../src/protocol/index.ts'
import type { RoundInput } from '../src/aggregation/index.ts'

/** The round as a node finds it: with the hashes of every update's chunks, made when its bytes were verified on arrival. */
export function asArrived(input: RoundInput): RoundInput<HashedRow> {
  const hashed = (row: Int8Array): HashedRow => ({ row, leaves: shared(chunkHashes(row)) })
  return { ...input, rows: input.rows.map((row) => ({ ...row, update: row.update && hashed(row.update) })) }
}

/** A round of the default rule over the updates, as sealed rows with one stake each. */
export function roundOf(updates: readonly Int8Array[]): RoundInput {
  const length = updates[0]!.length
  return {
    round: 1n,
    spec: {
      tensors: [{ length, updateExponent: -9, modelExponent: -20, eta: 70_001, shift: 20 }],
      rule: {
        rule: RuleId.nnmGm,
        byzantineBps: 2500,
        iterations: 8,
        capQ16: 4 * 65_536,
        rejectBps: 20_500,
        reference: 0,
        referenceDecay: 230,
        referenceGain: 2,
      },
      minNormSq: 1n,
      maxNormSq: 2n ** 62n,
      toleranceBps: 2500,
      minSealedBps: 5000,
      rewardPerRound: 10n ** 18n,
      operatorShareBps: 1000,
      committee: 0,
      genesisModelRoot: `0x${'00'.repeat(32)}`,
      document: `0x${'00'.repeat(32)}`,
    },
    model: new Int32Array(length).fill(1000),
    reference: null,
    ledger: new Map(),
    rows: updates.map((update, slot) => ({
      member: `0x${(slot + 1).toString(16).padStart(40, '0')}`,
      slot,
      weight: 100n * 10n ** 18n,
      // Any root does: nothing here reads the tree of the update again.
      updateRoot: toHex(keccak(Uint8Array.of(slot))),
      update,
    })),
  }
}
