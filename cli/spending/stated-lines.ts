import type { StatedSpending } from '../../src/privacy/index.ts'
import { plural } from '../../src/core/index.ts'
import { spendingNumbers } from '../../src/protocol/index.ts'
import type { SpendingMessage } from '../../src/protocol/index.ts'

/** What everybody who reads a statement must know. */
export const STATED_WORD = 'the word of each member: nobody can see from an update how much noise it has'

/** What members stated for rounds, oldest first: a line for each statement; none where no member stated anything. */
export function statedLines(statements: readonly SpendingMessage[]): string[] {
  if (statements.length === 0) return []
  return [
    `Privacy, ${STATED_WORD}`,
    'round  member                                      ε of the round  ε in all  δ         noise, sampling rate, steps',
    ...statements.map((statement) => {
      const { epsilon, total, delta, steps } = spendingNumbers(statement)
      return [
        String(statement.round).padStart(5),
        statement.member,
        epsilon.toFixed(3).padEnd(14),
        total.toFixed(3).padEnd(8),
        String(delta).padEnd(8),
        steps.map((one) => `${one.noiseMultiplier}, ${Number(one.samplingRate.toPrecision(4))}, ${one.steps}`).join('; '),
      ].join('  ')
    }),
  ]
}

/** Whether the statements of each member add up. */
export function addedUpLines(stated: readonly StatedSpending[]): string[] {
  if (stated.length === 0) return []
  return [
    `Privacy, ${STATED_WORD}.`,
    ...stated.flatMap(({ member, rounds, total, delta, counted, faults }) => [
      `${member} states ε = ${total.toFixed(3)} (δ = ${delta}) with ${plural(rounds, 'statement')}; its noise, rates and steps give ${counted.toFixed(3)}` +
        (faults.length === 0 ? '.' : ', and they DO NOT ADD UP:'),
      ...faults.map(({ round, text }) => `  round ${round}: it ${text}`),
    ]),
  ]
}
