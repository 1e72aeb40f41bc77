/**
 * The one prover of members rows (docs/judge.md): `membersFraud` compares the rows of a posted claim with the chain,
 * with each other and with the signed statements, in a fixed order of checks, one file each.
 *
 * Pure: needs the claim opened and a `KnownRound`; fetches nothing. Nodes make a `KnownRound` from received messages,
 * the fuzz tests from random rounds.
 *
 * @example const proof = await membersFraud(posted, { facts, statements: statementsOfRecord(record) })
 */
export { joinStatements, NO_STATEMENTS, revealsOf, signatureOf } from './known-round.ts'
export type { KnownAttestation, KnownReveal, KnownRound, RoundStatements } from './known-round.ts'
export { segmentNorms, updateFault } from './check-updates.ts'
export { membersFraud } from './members-fraud.ts'
export { statementsOfRecord } from './statements-of-record.ts'
