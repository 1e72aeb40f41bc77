/**
 * The shapes of every answer of the HTTP API (docs/api.md). The server answers by them, OpenAPI is made from them, clients parse with them.
 * They need nothing but zod, so browsers can have them.
 *
 * Amounts, rounds, blocks and gas are decimal strings, because they may exceed 2^53. Times are unix seconds. Hashes and addresses are 0x-hex in
 * lower case. What a node does not know is null. Parsing leaves out fields that a newer node adds.
 *
 * @example const { rounds } = roundsSchema.parse(await response.json())
 */
export * from './schemas/claim.ts'
export * from './schemas/common.ts'
export * from './schemas/disputes.ts'
export * from './schemas/economics.ts'
export * from './schemas/evaluations.ts'
export * from './schemas/spendings.ts'
export * from './schemas/governance.ts'
export * from './schemas/lineage.ts'
export * from './schemas/members.ts'
export * from './schemas/metrics.ts'
export * from './schemas/node.ts'
export * from './schemas/rounds.ts'
export * from './schemas/stream.ts'
export * from './schemas/task.ts'
export * from './schemas/why.ts'
