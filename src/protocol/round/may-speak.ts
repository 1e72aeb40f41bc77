import { commitmentOf } from '../commitment.ts'
import { lowerHex } from '../bytes.ts'
import type { Address, Hash } from '../types.ts'
import { leftOut } from './left-out.ts'
import type { RoundState } from './state.ts'

/**
 * Whether this node may say something in the round. Not after it heard a statement of its own key that it does not know, and in a
 * round that opened before the process started not before its peers were asked for such statements.
 */
export function maySpeak({ plan, asked, foreign }: Pick<RoundState, 'plan' | 'asked' | 'foreign'>): boolean {
  return !foreign && (!plan.resumed || asked === true)
}

/**
 * Why the holder of the seat must end the round: it gave receipts that it does not know, so a claim of it may leave a member out and cost
 * the operator its stake. Ending the round costs a place in the queue. A process beside another one ends nothing: the other may know them.
 *
 * @returns undefined when it may go on, or keeps silent
 */
export function mustEnd(state: RoundState): string | undefined {
  const { plan, receipts, commitments, foreign } = state
  if (foreign === 'elsewhere') return undefined
  if (plan.lost === true) return 'the journal of the round is lost'
  if (foreign === 'before') return 'the key of this node said something in the round that its journal does not have'
  const [unknown] = [...receipts.keys()].filter((member) => !commitments.has(member))
  if (unknown) return `the key of this node gave ${unknown} a receipt, and the journal has no commitment of ${unknown}`
  const [left] = leftOut(state)
  return left && `the sealed rows leave out ${left}, which has a receipt or forced its commitment`
}

/** Whether the round has a commitment of this member that its own update does not open: its key said so elsewhere, or before the journal was lost. */
export function spokeOtherwise(state: Pick<RoundState, 'plan' | 'own' | 'commitments' | 'forced'>, self: Address): boolean {
  const mine = ownCommitment(state, self)
  const said = [state.commitments.get(self), state.forced.find(({ member }) => member === self)]
  return said.some((one) => one !== undefined && one.commitment !== mine)
}

/** Whether the member has a sealed row, and its own update opens it. */
export function opensRow(state: Pick<RoundState, 'plan' | 'own' | 'seal'>, self: Address): boolean {
  const row = state.seal?.rows.find(({ member }) => member === self)
  return row !== undefined && row.commitment === ownCommitment(state, self)
}

/** The commitment to this member's update; undefined before it trained. */
export function ownCommitment({ plan, own }: Pick<RoundState, 'plan' | 'own'>, self: Address): Hash | undefined {
  return own && commitmentOf(plan.task, plan.round, lowerHex(self), own.updateRoot, own.salt)
}
