/**
 * Answers to the requests of the DataCourt contract (docs/protocol.md §13): the data that a node with an honest claim
 * sends when a request asks for a part of the claim.
 *
 * Pure: needs a claim opened into its leaves (`claimParts`) and the target of the request. An answer is a function name and arguments for viem.
 *
 * @example
 * const answer = buildAnswer(parts, target, (member) => ({ source, attestation, salt }))
 * if (answer) await sender.write({ to: court, abi: dataCourtAbi, ...answer })
 */
export { buildAnswer } from './build-answer.ts'
export { buildChunkAnswer } from './build-chunk-answer.ts'
export { buildLeafAnswer, buildStakesAnswer } from './build-leaf-answer.ts'
export { buildNodeAnswer } from './build-node-answer.ts'
export { buildRowsAnswer } from './build-rows-answer.ts'
export type { CommitmentEvidence, EvidenceOf, ShownRow } from './build-rows-answer.ts'
export { buildOwnSumsAnswer, buildSumsAnswer } from './build-sums-answer.ts'
export type { AnswerName, CourtAnswer } from './court-answer.ts'
