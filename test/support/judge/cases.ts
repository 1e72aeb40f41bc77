import { encodeAbiParameters, encodeFunctionData, keccak256, stringToBytes } from 'viem'
import type { Abi, Hex } from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import { fraudJudgeAbi } from '../../../src/chain/abi/fraudJudge.ts'
import { findFraud, sealParts, withRecipient } from '../../../src/judge/index.ts'
import type { ClaimParts, JudgeProof } from '../../../src/judge/index.ts'
import { commitmentsHash, SPEC_TUPLE, ZERO_HASH } from '../../../src/protocol/index.ts'
import type { Address, Hash } from '../../../src/protocol/index.ts'
import { everyProof } from './every-proof.ts'
import { FIELD_LIES } from './field-lies/index.ts'
import { garbageCalls, hostileProofs } from './hostile-proofs.ts'
import type { GarbageCall } from './hostile-proofs.ts'
import { step, StepKind } from './life/chain-steps.ts'
import type { Step } from './life/chain-steps.ts'
import { WINDOWS } from './life/life-chain.ts'
import { lifeRound } from './life/life-round.ts'
import type { LifeRound } from './life/life-round.ts'
import { mutate, MUTATIONS } from './mutations.ts'
import type { Mutation } from './mutations.ts'
import { randomOf } from './random-round.ts'
import type { Random } from './random-round.ts'
import { signedRound } from './signed-round.ts'
import type { SignedRound } from './signed-round.ts'

const CLAIM = fraudJudgeAbi
  .find((entry) => entry.type === 'function' && entry.name === 'proveMissingRow')!
  .inputs[0].components.find((component) => component.name === 'claim')!
const STEP = {
  type: 'tuple[]',
  components: [
    { type: 'uint8', name: 'kind' },
    { type: 'address', name: 'account' },
    { type: 'bytes32', name: 'value' },
    { type: 'uint256', name: 'amount' },
    { type: 'bytes', name: 'data' },
  ],
}
const CASE = [
  { type: 'string' },
  { type: 'bool' },
  { ...SPEC_TUPLE, name: 'spec' },
  { ...CLAIM, name: 'parent' },
  { ...CLAIM, name: 'claim' },
  { type: 'uint64' },
  STEP,
  { type: 'bytes[]' },
  { type: 'bytes[]' },
  { type: 'bytes[]' },
  { type: 'address[]' },
]
const NOBODY: Address = `0x${'00'.repeat(20)}`

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

export interface CaseInput {
  name: string
  fault: boolean
  posted: ClaimParts
  proofs: readonly JudgeProof[]
  /** What happens on the chain until the claim is posted. Default: nobody forces anything. */
  steps?: readonly Step[]
  /** Of an honest claim, proofs that must fail in any way. */
  hostile?: readonly JudgeProof[]
  garbage?: readonly GarbageCall[]
}

/** The case of a claim and some proofs against it, whose bounty the watcher of the fixture earns. */
export function caseFor({
  name,
  fault,
  posted,
  proofs,
  steps = plainSteps(posted, ZERO_HASH),
  hostile = [],
  garbage = [],
}: CaseInput): Case {
  const abi: Abi = fraudJudgeAbi
  const encode = (proof: JudgeProof): Hex => encodeFunctionData({ abi, ...withRecipient(proof, WATCHER) })
  const calls = proofs.map(encode)
  const values = [
    name,
    fault,
    posted.spec,
    posted.parent.claim,
    sealParts(posted),
    posted.round,
    steps,
    calls,
    hostile.map(encode),
    garbage.map(({ proof }) => encode(proof)),
    garbage.map(({ guilty }) => guilty ?? NOBODY),
  ]
  const kinds = proofs.map(kindOf)
  return {
    name,
    fault,
    calls: calls.length + hostile.length,
    call: calls[0]!,
    kinds,
    data: encodeAbiParameters([{ type: 'tuple', components: CASE }], [values] as never),
  }
}

/** The kind of a proof, with the part of it that differs. */
export function kindOf({ functionName, args }: JudgeProof): string {
  if (functionName === 'proveTrace') return `proveTrace ${(args[2] as { kind: number }).kind}`
  if (functionName !== 'proveReason') return functionName
  const shown = args[2] as { other: unknown[]; chunk: unknown[] }
  return `proveReason ${shown.other.length > 0 ? 'copy' : shown.chunk.length > 0 ? 'value' : 'norm'}`
}

/** Both claims, one after the other. @param seed of the second round, zero in a task that draws nobody */
function plainSteps(posted: ClaimParts, seed: Hash, forced: ReadonlyMap<string, Hash> = new Map()): Step[] {
  return [
    step('parent'),
    ...(seed === ZERO_HASH ? [] : [step('draw', { value: seed })]),
    ...[...forced].map(([member, value]) => step('force', { account: member as Address, value })),
    step('wait', { amount: BigInt(WINDOWS.commit) }),
    step('seal', { value: commitmentsHash(posted.rows), amount: BigInt(posted.members) }),
    step('post'),
  ]
}

/** The same steps, with the seal that a lie needs. */
function withSeal(steps: readonly Step[], digest: Hash, count: number): Step[] {
  return steps.map((one) => (one.kind === StepKind.seal ? { ...one, value: digest, amount: BigInt(count) } : one))
}

/** A lie and how it was found. */
export interface LieFound {
  name: string
  /** Undefined where no proof was found. */
  proof?: JudgeProof['functionName']
  case?: Case
}

export interface RoundCases {
  /** Whether the members were drawn. */
  drawn: boolean
  honest: Case
  lies: LieFound[]
  /** The kind of proof found against the honest claim, which must not be; or what makes its record false. */
  accused?: string
  /** The statements of the round by kind. */
  said: ReadonlyMap<string, number>
}

export interface CasesOptions {
  /** A round as nodes live through it, or one with statements drawn at random. */
  life?: boolean
  /** A round of a task that draws its committees. Default: two of seven. */
  drawn?: boolean
  /** Keep one of the honest proofs, for small files. */
  single?: boolean
  /** Tables of lies; one lie of each table is told. Default both. */
  tables?: readonly Readonly<Record<string, Mutation>>[]
}

/**
 * The cases of one random round: every proof against the honest claim, those of a hostile watcher too, and the watcher's proof against lies
 * about it. Lies take turns by seed; one that has nothing to change in the round leaves its turn to the next.
 */
export async function casesOf(
  seed: number,
  { life = false, drawn = seed % 7 < 2, single = false, tables = [MUTATIONS, FIELD_LIES] }: CasesOptions = {},
): Promise<RoundCases> {
  const lived: LifeRound | undefined = life ? await lifeRound(seed, { drawn }) : undefined
  const round: SignedRound = lived ?? (await signedRound(seed, { isForced: (slot) => (seed + slot) % 7 === 0, drawn }))
  const steps = lived?.steps ?? plainSteps(round.honest, round.committee.seed, round.known.facts.forced)
  const random = randomOf(seed ^ 0x5eed)
  const lies: LieFound[] = []
  for (const table of tables) {
    const lie = await oneLie(round, seed, table, random, steps)
    if (lie) lies.push(lie)
  }
  Object.freeze(round.honest)
  const proofs = await everyProof(round, random)
  const chosen = single ? [proofs[seed % proofs.length]!] : proofs
  const fraud = await findFraud({ ...round.honest }, round.known, round.honest)
  const accused = fraud?.functionName ?? lived?.faults[0]
  const honest = caseFor({
    name: single ? `${seed} honest: ${chosen[0]!.functionName}` : `${seed} honest`,
    fault: false,
    posted: round.honest,
    // What the prover found is tried too: the judge says whether it holds.
    proofs: chosen,
    steps,
    hostile: [...(fraud ? [fraud] : []), ...(single ? [] : hostileProofs(round, random))],
    garbage: single || !lived ? [] : await garbageCalls(lived, random),
  })
  return { drawn, honest, lies, ...(accused && { accused }), said: lived?.said ?? new Map() }
}

async function oneLie(
  round: SignedRound,
  seed: number,
  table: Readonly<Record<string, Mutation>>,
  random: Random,
  steps: readonly Step[],
): Promise<LieFound | undefined> {
  const names = Object.keys(table)
  for (let turn = 0; turn < names.length; turn++) {
    const name = names[(seed + turn) % names.length]!
    const posted = await mutate(round, name, random, table)
    if (!posted) continue
    const proof = await findFraud(posted.parts, posted.known, round.honest)
    if (!proof) return { name }
    const sealed = withSeal(steps, posted.known.facts.seal.digest, posted.parts.members)
    const title = `${seed} ${name}: ${proof.functionName}`
    return {
      name,
      proof: proof.functionName,
      case: caseFor({ name: title, fault: true, posted: posted.parts, proofs: [proof], steps: sealed }),
    }
  }
  return undefined
}
