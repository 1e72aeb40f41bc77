/**
 * Finds the wrong leaf of a claim that no peer opens off chain, from the answers that the operator must give in the
 * data court (docs/judge.md, docs/protocol.md §13).
 *
 * Pure: needs the honest replay, the answers given so far and the prover of members rows; says what to ask next, or the proof.
 *
 * @example
 * const result = await searchClaim({ claim, honest, opened: new OpenedClaim(requests), rowProof })
 */
export { OpenedClaim } from './opened-claim.ts'
export type { CourtRecord, OpenedRow } from './opened-claim.ts'
export { openRows } from './search-rows.ts'
export { searchClaim } from './search-claim.ts'
export type { CourtQuestion, PairLeafOpening, SearchInput, SearchResult } from './search-state.ts'
