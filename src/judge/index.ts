/**
 * What is needed to show the FraudJudge contract that a claim is wrong (docs/judge.md): a claim opened into its leaves (`claimParts`), one builder
 * per kind of proof (`proofs/`), `membersFraud`, which holds members rows against the chain and against what was signed (`members/`), and `findFraud`, which goes on to compare the
 * posted claim with a replay (`fraud/`).
 *
 * Pure: needs the protocol and aggregation, sends nothing. A proof is a function name and arguments for viem.
 *
 * @example
 * const honest = claimParts({ task, round, spec, parent, previous, updates, rows, evidence, result })
 * const proof = await findFraud(posted, known, honest)
 * if (proof) await client.writeContract({ address: judge, abi: fraudJudgeAbi, ...proof })
 */
export { claimParts, missingNode, sealParts, sumLevels } from './claim-parts.ts'
export type { ClaimParts, ClaimPartsInput, PairSums, Updates } from './claim-parts.ts'
export * from './opening/index.ts'
export * from './answers/index.ts'
export { treeLevels, treeNode, treePath } from './tree-levels.ts'
export * from './search/index.ts'
export { findFraud, leafFraud } from './fraud/index.ts'
export * from './members/index.ts'
export * from './proofs/index.ts'
