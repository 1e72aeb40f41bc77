import { lowerHex, spendingNumbers } from '../protocol/index.ts'
import type { Address, SpendingMessage, SpendingNumbers } from '../protocol/index.ts'
import { epsilonOf } from './epsilon-of.ts'

/** The statements of one member, added up. */
export interface StatedSpending {
  member: Address
  /** Rounds with a statement. */
  rounds: number
  /** Newest round with a statement. */
  newest: bigint
  /** ε and δ that the newest statement counts. */
  total: number
  delta: number
  /** ε that all stated steps give at that δ. A member that spends elsewhere, or on rounds that failed, says more. */
  counted: number
  /** Where the statements do not add up, in words. */
  faults: readonly { round: bigint; text: string }[]
}

/** Statements round their numbers, and an accountant may round its last digits otherwise. */
const ROUNDING = 1e-4

/**
 * Whether what members state adds up: the ε of each round is at least what its own noise, sampling rate and steps give, the total is at least what all stated steps give, and no total is
 * below an earlier one. It compares a member's words with each other. Whether the noise was there, nobody can see.
 *
 * @param statements of rounds that stand, signed by their members: one for each member and round
 * @returns one entry a member, in the order in which members first occur
 * @example addUpSpending(statements).filter(({ faults }) => faults.length > 0)
 */
export function addUpSpending(statements: readonly SpendingMessage[]): StatedSpending[] {
  const members = Map.groupBy(statements, ({ member }) => lowerHex(member))
  return [...members].map(([member, of]) =>
    addUp(
      member,
      of.toSorted((a, b) => (a.round < b.round ? -1 : 1)),
    ),
  )
}

function addUp(member: Address, statements: readonly SpendingMessage[]): StatedSpending {
  const faults: StatedSpending['faults'][number][] = []
  const steps: SpendingNumbers['steps'] = []
  let before: SpendingNumbers | undefined
  let counted = 0
  for (const statement of statements) {
    const { round } = statement
    const stated = spendingNumbers(statement)
    const fault = (text: string): void => void faults.push({ round, text })
    const own = epsilonOf(stated.steps, stated.delta)
    if (isLess(stated.epsilon, own))
      fault(`states ε = ${shown(stated.epsilon)} for the round, and its own noise, rate and steps give ${shown(own)}`)
    steps.push(...stated.steps)
    counted = epsilonOf(steps, stated.delta)
    if (isLess(stated.total, counted))
      fault(`states ε = ${shown(stated.total)} in all, and its own statements give ${shown(counted)}`)
    if (before && before.delta === stated.delta && isLess(stated.total, before.total))
      fault(`states ε = ${shown(stated.total)} in all, and stated ${shown(before.total)} before`)
    before = stated
  }
  const { total = 0, delta = 0 } = before ?? {}
  return { member, rounds: statements.length, newest: statements.at(-1)?.round ?? 0n, total, delta, counted, faults }
}

function isLess(stated: number, given: number): boolean {
  return stated < given * (1 - ROUNDING) - 1e-6
}

function shown(epsilon: number): string {
  return epsilon.toFixed(3)
}
