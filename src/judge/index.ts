/**
 * The proofs that a claim is false, for the FraudJudge contract (docs/judge.md): a claim opened into its leaves
 * (`claimParts`), one builder per kind of proof (`proofs/`), `membersFraud`, which compares members rows with the chain
 * and with signed statements (`members/`), and `findFraud`, which then compares the posted claim with a replay
 * (`fraud/`).
 *
 * Pure: needs the protocol and aggregation, sends nothing. A proof is a function name and arguments for viem.
 *
 * @example
 * const honest = claimParts({ task, round, spec, parent, previous, updates, rows, evidence, result })
 * const proof = await findFraud(posted, known, honest)
 * if (proof) await client.writeContract({ address: judge, abi: fraudJudgeAbi, ...proof })
 */
export { claimParts, missingNode, reasonArgOf, sealParts, sumLevels, sumsOf } from './claim-parts.ts'
export type { ClaimParts, ClaimPartsInput, PairSums, Updates } from './claim-parts.ts'
export * from './opening/index.ts'
export * from './answers/index.ts'
export { treeLevels, treeNode, treePath } from './tree-levels.ts'
export * from './search/index.ts'
export { findFraud, leafFraud } from './fraud/index.ts'
export * from './members/index.ts'
export * from './proofs/index.ts'
