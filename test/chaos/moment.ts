import { PHASES } from '../../src/protocol/index.ts'

/**
 * What a program may be seen to enter: a phase of its newest round, the challenge of a claim that it has just found to be false or cannot check, or the time after it signed a
 * statement.
 */
export const MOMENTS = [...PHASES, 'challenge', 'committed', 'attested'] as const
export type Moment = (typeof MOMENTS)[number]

/** An order to stand still at a moment, once. */
export interface HaltOrder {
  /** Each order is obeyed once. */
  id: number
  at: Moment
}

/** The moment that begins with a statement of this kind, if any. */
export function momentOfStatement(kind: string): Moment | undefined {
  return kind === 'Commitment' ? 'committed' : kind === 'Attestation' ? 'attested' : undefined
}

/**
 * Reads the events that a program prints and says which moment each line enters, if any. Details of a phase that lasts, and rounds before the newest, enter nothing.
 *
 * @example
 * const enters = momentReader()
 * enters('{"event":"round","round":"4","phase":"reveal"}') // 'reveal'
 */
export function momentReader(): (line: string) => Moment | undefined {
  let newest = -1n
  let phase: string | undefined
  return (line) => {
    if (line.startsWith('{"event":"mismatch"') || line.startsWith('{"event":"disputed"')) return 'challenge'
    if (!line.startsWith('{"event":"round"')) return undefined
    const event = JSON.parse(line) as { round: string; phase: Moment }
    const round = BigInt(event.round)
    if (round < newest || (round === newest && event.phase === phase)) return undefined
    newest = round
    phase = event.phase
    return event.phase
  }
}
