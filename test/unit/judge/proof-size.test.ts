import { encodeFunctionData } from 'viem'
import type { Abi } from 'viem'
import { expect, it } from 'vitest'
import { fraudJudgeAbi } from '../../../src/chain/abi/fraudJudge.ts'
import { TraceKind } from '../../../src/aggregation/index.ts'
import { buildGramProof, buildTraceProof, withRecipient } from '../../../src/judge/index.ts'
import type { ClaimParts, JudgeProof } from '../../../src/judge/index.ts'
import { CHUNK, MAX_MEMBERS, SpecBounds } from '../../../src/protocol/index.ts'
import { benchRound } from '../../support/judge/bench-round.ts'

/** What the usual node takes as one transaction. */
const TRANSACTION = 128 * 1024
/** The envelope and signature, and the siblings of trees over 2^30 coordinates that those over the rounds below lack. */
const RESERVE = 3 * 1024
const ONE = `0x${'11'.repeat(20)}` as const
const { most } = SpecBounds.tensors

function bytesOf(proof: JudgeProof): number {
  const abi: Abi = fraudJudgeAbi
  return encodeFunctionData({ abi, ...withRecipient(proof, ONE) }).length / 2 - 1
}

/** The same proof with all rows, as where a tie is broken. */
function withRows({ rows }: ClaimParts, proof: JudgeProof): JudgeProof {
  const [first, spec, trace] = proof.args
  return { ...proof, args: [first, spec, { ...(trace as object), rows }] }
}

it('the largest proofs fit into a transaction, with as many rows and tensors as there can be', () => {
  // Of 128 rows two are admitted: an inner product then brings the others too.
  const few = benchRound(MAX_MEMBERS, most * CHUNK, MAX_MEMBERS - 2, most)
  expect(bytesOf(buildGramProof(few, 1, 0))).toBeLessThan(TRANSACTION - RESERVE)
  // Neighbours and rejected rows depend on ties, which all rows show.
  const all = benchRound(MAX_MEMBERS, 2 ** 13)
  const specWords = (most - 1) * 5 * 32
  for (const kind of [TraceKind.neighbours, TraceKind.rejected, TraceKind.weights]) {
    const { index } = all.trace.findLast((leaf) => leaf.kind === kind)!
    expect(bytesOf(withRows(all, buildTraceProof(all, kind, index, 0))) + specWords).toBeLessThan(TRANSACTION - RESERVE)
  }
})
