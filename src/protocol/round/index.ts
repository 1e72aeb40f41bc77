/**
 * One round as a pure state machine, the same for every node. What a node owes follows from its duties.
 *
 *   event ──▶ reduceRound(state, event) ──▶ state ──▶ decide(state, self) ──▶ effects (the runner performs them, which makes events)
 *
 *   commit ──seal on chain──▶ reveal ──all revealed or time──▶ attest ──all attested or time──▶ post ──claim on chain──▶ agree
 *
 * A round that failed, was voided or rejected is closed: its number never opens again.
 */
export * from './state.ts'
export * from './events.ts'
export * from './duties.ts'
export * from './forced.ts'
export * from './kept.ts'
export * from './left-out.ts'
export * from './may-speak.ts'
export * from './phase.ts'
export * from './reduce.ts'
export * from './decide.ts'
export * from './shown-rows.ts'
