import { lowerHex } from '../bytes.ts'
import type { Address, Hash } from '../types.ts'
import type { RoundState } from './state.ts'

/** Whether this very commitment was taken in time and has a row in the list, if there is one: what an operator may give a receipt for. */
export function isKept(
  state: Pick<RoundState, 'commitments' | 'list' | 'seal'> | undefined,
  { member, commitment }: { member: Address; commitment: Hash },
): boolean {
  const author = lowerHex(member)
  const rows = state?.list ?? state?.seal?.rows
  return state?.commitments.get(author)?.commitment === commitment && (!rows || rows.some((row) => row.member === author))
}
