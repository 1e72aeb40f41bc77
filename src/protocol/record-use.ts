import { fileHash } from './manifest.ts'
import { encodeRecord, recordOf } from './record.ts'
import type { RoundRecord } from './record.ts'
import type { RoundState } from './round/state.ts'
import type { SigningDomain } from './statements/typed-data.ts'
import type { Hash } from './types.ts'

/** Which statements of a sealed round a record holds: with them, anybody makes the same record. Bit i stands for sealed row i. */
export interface RecordUse {
  /** keccak256 of `record.json`. */
  recordHash: Hash
  /** Rows whose reveal the record holds. */
  revealed: bigint
  /** Rows whose member's attestation the record holds. */
  attested: bigint
}

/** What a record uses. */
export function useOf(record: RoundRecord): RecordUse {
  const attested = new Set(record.attestations.map(({ member }) => member))
  return {
    recordHash: fileHash(new TextEncoder().encode(encodeRecord(record))),
    revealed: bitmapOf(record.rows, ({ reveal }) => reveal !== undefined),
    attested: bitmapOf(record.rows, ({ member }) => attested.has(member)),
  }
}

/** The record that uses these statements of the round; undefined while the node does not hold them all. */
export function recordUsing(domain: SigningDomain, state: RoundState, use: RecordUse): RoundRecord | undefined {
  const { seal, sealed } = state
  if (!seal || !sealed) return undefined
  const chosen = <V>(entries: ReadonlyMap<`0x${string}`, V>, bits: bigint): ReadonlyMap<`0x${string}`, V> =>
    new Map(
      seal.rows.flatMap(({ member }, row) => {
        const entry = (bits >> BigInt(row)) & 1n ? entries.get(member) : undefined
        return entry === undefined ? [] : [[member, entry] as const]
      }),
    )
  const record = recordOf(domain, {
    ...state,
    reveals: chosen(state.reveals, use.revealed),
    attestations: chosen(state.attestations, use.attested),
  })
  return useOf(record).recordHash === use.recordHash ? record : undefined
}

function bitmapOf<T>(rows: readonly T[], has: (row: T) => boolean): bigint {
  return rows.reduce((bits, row, index) => (has(row) ? bits | (1n << BigInt(index)) : bits), 0n)
}
