import { ZERO_HASH } from '../protocol/bytes.ts'
import { claimHash, genesisClaim } from '../protocol/claim.ts'
import type { Ledger } from '../protocol/claim.ts'
import type { Claim, Hash, TaskSpec } from '../protocol/types.ts'
import { paddedLength, specHash } from '../protocol/spec.ts'
import { modelRoot, updateRoot } from '../protocol/trees.ts'
import { toHex } from '../protocol/bytes.ts'

/** State of the rollup after one claim: everything the next round builds on. */
export interface ModelState {
  /** Round of the claim that made it; 0 for genesis. */
  round: bigint
  claimHash: Hash
  /** Claims between genesis and here. Unlike the round it does not depend on voids and rejections, so training is seeded by it. */
  height: number
  /** The claim, which the next claim names as its parent. */
  claim: Claim
  /** int32[D], padded. */
  model: Int32Array
  /** int8[D], or null for a task without reference row. */
  reference: Int8Array | null
  ledger: Ledger
  ledgerTotal: bigint
  /** Stake-median norm of the last admitted updates, in units of the int8 update: what members keep the length of the next one near. */
  medianNorm?: number
}

/** Root of the reference of a state: zero hash without one. */
export function referenceRootOf(reference: Int8Array | null): Hash {
  return reference === null ? ZERO_HASH : toHex(updateRoot(reference))
}

/** The state before round 1. `model` must hash to `spec.genesisModelRoot`. */
export function genesisState(task: bigint, spec: TaskSpec, model: Int32Array): ModelState {
  const reference = spec.rule.reference === 0 ? null : new Int8Array(paddedLength(spec))
  const claim = genesisClaim(specHash(spec), toHex(modelRoot(model)), referenceRootOf(reference))
  return {
    round: 0n,
    claimHash: claimHash(task, 0n, claim),
    height: 0,
    claim,
    model,
    reference,
    ledger: new Map(),
    ledgerTotal: 0n,
  }
}
