/**
 * The file that opens a claim: its format, a writer and a reader that checks it against the posted claim (docs/protocol.md §11).
 *
 * @example const posted = decodeOpening(encodeOpening(parts), { task, round, spec, parent, previous, updates, claimHash })
 */
export { decodeOpening, openedLeaves, openedLedger, openedRows } from './decode-opening.ts'
export type { OpenedLeaves, OpeningContext } from './decode-opening.ts'
export { encodeOpening, openingOf } from './encode-opening.ts'
export { openingMaxBytes } from './opening-format.ts'
