import type { TaskSpec } from './types.ts'

const BASIS_POINTS = 10_000n

/**
 * Whether attestations certify a claim: their members hold more than twice the tolerated Byzantine share of the sealed weight. Then
 * more than one share of the attesting weight is honest, whichever attestations the operator chose (docs/protocol.md §8).
 *
 * @param attested weight of the rows whose attestation the claim uses, token wei
 * @param sealed weight of all rows
 */
export function isCertified(attested: bigint, sealed: bigint, { toleranceBps }: Pick<TaskSpec, 'toleranceBps'>): boolean {
  return attested * BASIS_POINTS > 2n * BigInt(toleranceBps) * sealed
}

/**
 * Whether an update is available: members with more than the tolerated Byzantine share of the sealed weight attest to hold it, so an
 * honest member does.
 *
 * @param held weight of the rows whose attestation has the row's bit, token wei
 * @param sealed weight of all rows
 */
export function isAvailable(held: bigint, sealed: bigint, { toleranceBps }: Pick<TaskSpec, 'toleranceBps'>): boolean {
  return held * BASIS_POINTS > BigInt(toleranceBps) * sealed
}

/**
 * Whether enough of all stake is sealed for any claim.
 *
 * @param sealed weight of all rows, token wei
 * @param total stake of the round's snapshot
 */
export function reachesFloor(sealed: bigint, total: bigint, { minSealedBps }: Pick<TaskSpec, 'minSealedBps'>): boolean {
  return sealed * BASIS_POINTS >= total * BigInt(minSealedBps)
}

/** What the thresholds read of a row. */
export interface AttestedRow {
  weight: bigint
  /** Undefined for a row whose member's attestation the claim does not use. */
  held: bigint | undefined
}

export function sealedWeight(rows: readonly AttestedRow[]): bigint {
  return rows.reduce((sum, { weight }) => sum + weight, 0n)
}

/** Weight of the rows that attest. */
export function attestedWeight(rows: readonly AttestedRow[]): bigint {
  return sealedWeight(rows.filter(({ held }) => held !== undefined))
}

/** Weight of the rows that attest to hold the update of row `index`. */
export function holdingWeight(rows: readonly AttestedRow[], index: number): bigint {
  return sealedWeight(rows.filter(({ held }) => held !== undefined && ((held >> BigInt(index)) & 1n) === 1n))
}
