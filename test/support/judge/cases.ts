import { encodeAbiParameters, encodeFunctionData, keccak256, stringToBytes } from 'viem'
import type { Abi, Hex } from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import { fraudJudgeAbi } from '../../../src/chain/abi/fraudJudge.ts'
import { findFraud, sealParts, withRecipient } from '../../../src/judge/index.ts'
import type { ClaimParts, JudgeProof } from '../../../src/judge/index.ts'
import { commitmentsHash, specHash } from '../../../src/protocol/index.ts'
import type { Hash } from '../../../src/protocol/index.ts'
import { everyProof } from './every-proof.ts'
import { mutate, MUTATIONS } from './mutations.ts'
import { randomOf } from './random-round.ts'
import { signedRound } from './signed-round.ts'

const CLAIM = fraudJudgeAbi
  .find((entry) => entry.type === 'function' && entry.name === 'proveMissingRow')!
  .inputs[0].components.find((component) => component.name === 'claim')!

/** `makeAddr("watcher")` of the forge fixture. */
const WATCHER = privateKeyToAddress(keccak256(stringToBytes('watcher')))

/** A posted claim and calls against it: one that rejects it, or any number that must not. */
export interface Case {
  name: string
  fault: boolean
  calls: number
  /** Calldata of the first one. */
  call: Hex
  /** Of each call, the kind of proof. */
  kinds: string[]
  /** What test/contracts/FraudJudge.t.sol decodes. */
  data: Hex
}

/**
 * The case of a claim and some proofs against it, whose bounty the watcher of the fixture earns.
 *
 * @param forced commitments that the chain takes before the claim is posted, by member
 * @param digest what the operator sealed
 */
export function caseFor(
  name: string,
  fault: boolean,
  posted: ClaimParts,
  proofs: readonly JudgeProof[],
  forced: ReadonlyMap<string, Hash> = new Map(),
  digest: Hash = commitmentsHash(posted.rows),
): Case {
  const abi: Abi = fraudJudgeAbi
  const calls = proofs.map((proof) => encodeFunctionData({ abi, ...withRecipient(proof, WATCHER) }))
  const types = [
    { type: 'string' },
    { type: 'bool' },
    { type: 'bytes32' },
    { ...CLAIM, name: 'parent' },
    { ...CLAIM, name: 'claim' },
    { type: 'bytes32' },
    { type: 'address[]' },
    { type: 'bytes32[]' },
    { type: 'bytes[]' },
  ]
  const commitments = [[...forced.keys()], [...forced.values()]]
  const values = [name, fault, specHash(posted.spec), posted.parent.claim, sealParts(posted), digest, ...commitments, calls]
  const kinds = proofs.map(({ functionName, args }) => {
    if (functionName === 'proveTrace') return `proveTrace ${(args[2] as { kind: number }).kind}`
    if (functionName !== 'proveReason') return functionName
    const shown = args[2] as { other: unknown[]; chunk: unknown[] }
    return `proveReason ${shown.other.length > 0 ? 'copy' : shown.chunk.length > 0 ? 'value' : 'norm'}`
  })
  return {
    name,
    fault,
    calls: calls.length,
    call: calls[0]!,
    kinds,
    data: encodeAbiParameters([{ type: 'tuple', components: types }], [values] as never),
  }
}

export interface RoundCases {
  honest: Case
  mutated?: Case
  /** Mutations that changed the claim and found no proof. */
  unproved: string[]
  /** The kind of proof found against the honest claim, which must not be. */
  accused?: string
}

/**
 * The cases of one random round: every proof against the honest claim, and the watcher's proof against one mutation of it. Mutations take turns by
 * seed; one that has nothing to change in the round leaves its turn to the next.
 *
 * @param single keep one of the honest proofs, for small files
 * @param names the mutations whose turn it may be
 */
export async function casesOf(seed: number, single = false, names = Object.keys(MUTATIONS)): Promise<RoundCases> {
  const round = await signedRound(seed, { isForced: (slot) => (seed + slot) % 7 === 0 })
  const { forced, seal } = round.known.facts
  const { digest } = seal
  const random = randomOf(seed ^ 0x5eed)
  const unproved: string[] = []
  let mutated: Case | undefined
  for (let turn = 0; turn < names.length && !mutated; turn++) {
    const name = names[(seed + turn) % names.length]!
    const posted = await mutate(round, name, random)
    if (!posted) continue
    const proof = await findFraud(posted.parts, posted.known, round.honest)
    if (proof)
      mutated = caseFor(
        `${seed} ${name}: ${proof.functionName}`,
        true,
        posted.parts,
        [proof],
        forced,
        posted.known.facts.seal.digest,
      )
    else unproved.push(name)
  }
  Object.freeze(round.honest)
  const proofs = await everyProof(round, random)
  const chosen = single ? [proofs[seed % proofs.length]!] : proofs
  const title = single ? `${seed} honest: ${chosen[0]!.functionName}` : `${seed} honest`
  const accused = (await findFraud({ ...round.honest }, round.known, round.honest))?.functionName
  return {
    honest: caseFor(title, false, round.honest, chosen, forced, digest),
    ...(mutated && { mutated }),
    unproved,
    ...(accused && { accused }),
  }
}
