/**
 * A red team that needs no training: honest members' updates are recorded once, and coalitions are played against them, thousands of strategies in minutes.
 *
 * Needs a cell of the lab without an attack. Makes the verdicts, evidence and pay that each strategy brings about. The model is that of the recording: what the attack would have
 * made of it is left out, so the strongest strategies are to be run in the lab itself.
 *
 * @example
 * const run = await recordRun(cell, settings, parts)
 * const { verdicts } = playRecorded(run, tuned(framing, { push: 1.5 }))
 */
export { embedVectors } from './embed-vectors.ts'
export { playRecorded } from './play-recorded.ts'
export type { PlayedRun } from './play-recorded.ts'
export { recordRun } from './record-run.ts'
export type { RecordedRound, RecordedRun } from './record-run.ts'
