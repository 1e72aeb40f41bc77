import { lowerHex } from '../bytes.ts'
import { rowsWithRoom } from '../committee.ts'
import type { Address } from '../types.ts'
import type { RoundState } from './state.ts'

/** Whether the member's commitment is bound to get a row: by a receipt of the key that has the seat, or on chain. */
export function isBound({ receipts, forced }: Pick<RoundState, 'receipts' | 'forced'>, member: Address): boolean {
  return receipts.has(member) || forced.some((one) => one.member === member)
}

/**
 * Members that must have a row and have none in the list of sealed rows. Every claim over such a list is false. A receipt for another
 * commitment than that of the row is no complaint: a member has one row. Nor is one of a drawn member in a full list of lower tickets.
 * Empty while no list is known.
 */
export function leftOut({ plan, seal, receipts, forced }: Pick<RoundState, 'plan' | 'seal' | 'receipts' | 'forced'>): Address[] {
  if (!seal) return []
  const listed = new Set(seal.rows.map(({ member }) => member))
  const bound = [...receipts.keys(), ...forced.map(({ member }) => member)]
  const missing = new Set(bound.filter((member) => !listed.has(member)))
  const hasRoom = (member: Address): boolean =>
    rowsWithRoom([...seal.rows, { member }], plan.members).some((row) => row.member === member)
  return plan.members.map(({ member }) => lowerHex(member)).filter((member) => missing.has(member) && hasRoom(member))
}
