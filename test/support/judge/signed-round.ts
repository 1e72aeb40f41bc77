import { keccak256, stringToBytes } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { NO_STATEMENTS } from '../../../src/judge/index.ts'
import type { KnownRound, RoundStatements } from '../../../src/judge/index.ts'
import { commitmentsHash, fileHash, fromHex, signStatement, Verdict, ZERO_HASH } from '../../../src/protocol/index.ts'
import type { Address, Hash, Hex, MemberLeaf, SignedStatement, SigningDomain } from '../../../src/protocol/index.ts'
import { MEMBERS, randomRound, TASK } from './random-round.ts'
import type { RandomRound } from './random-round.ts'

/** Where the forge test deploys its ledger, so that signatures made here hold there. */
export const TEST_DOMAIN: SigningDomain = {
  chainId: 31_337,
  ledger: `0x${keccak256(stringToBytes('quorate test ledger')).slice(26)}`,
}

const keyOf = (name: string): ReturnType<typeof privateKeyToAccount> =>
  privateKeyToAccount(keccak256(stringToBytes(`${name} key`)))
const KEYS = MEMBERS.map(({ slot }) => keyOf(`m${slot}`))
const OPERATOR = keyOf('operator')
const OPERATOR_OWNER = privateKeyToAccount(keccak256(stringToBytes('operator owner'))).address
const TOTAL_STAKE = MEMBERS.reduce((sum, { stake }) => sum + stake, 0n)

export interface SignedRound extends RandomRound {
  /** The knowledge of a node that saw the whole round. */
  known: KnownRound
}

export interface SigningOptions {
  domain?: SigningDomain
  /** Members whose commitment the chain took instead of the operator, by slot. */
  isForced?: (slot: number) => boolean
}

/** A random round with everything signed by the keys of the forge test's members. */
export async function signedRound(
  seed: number,
  { domain = TEST_DOMAIN, isForced = () => false }: SigningOptions = {},
): Promise<SignedRound> {
  const round = randomRound(seed)
  const { honest } = round
  const base = { task: TASK, round: honest.round }
  const statements = { ...NO_STATEMENTS, commitments: [] as Statement<'commitments'>[], reveals: [] as Statement<'reveals'>[] }
  for (const [i, { member, slot, commitment }] of honest.rows.entries()) {
    const key = KEYS[slot]!
    const signature = await signStatement(domain, 'Commitment', { ...base, member, commitment }, key)
    if (!isForced(slot)) statements.commitments.push({ member, commitment, signature })
    honest.rows[i] = { ...honest.rows[i]!, signatureHash: isForced(slot) ? ZERO_HASH : hashOfSignature(signature) }
    // A quarantined row shows no root, but its member revealed all the same.
    const { updateRoot } = round.rows[i]!
    if (updateRoot === null) continue
    const body = { ...base, member, updateRoot, salt: ZERO_HASH }
    statements.reveals.push({ member, updateRoot, salt: ZERO_HASH, signature: await signStatement(domain, 'Reveal', body, key) })
  }
  const known: KnownRound = {
    facts: {
      ...base,
      domain,
      members: MEMBERS.map((member) => ({ ...member, operatorKey: KEYS[member.slot]!.address })),
      totalStake: TOTAL_STAKE,
      forced: new Map(honest.rows.flatMap(({ member, slot, commitment }) => (isForced(slot) ? [[member, commitment]] : []))),
    },
    operator: OPERATOR_OWNER,
    operatorKey: OPERATOR.address,
    statements: {
      ...statements,
      attestations: await attestations(round, domain),
      seals: [await signSeal(honest.round, honest.rows, domain)],
    },
  }
  return { ...round, known }
}

type Statement<K extends keyof RoundStatements> = RoundStatements[K][number]

/** The largest members, together a quorum, attest to every row that is available; one of them to the others as well. */
async function attestations({ honest }: RandomRound, domain: SigningDomain): Promise<Statement<'attestations'>[]> {
  const commitments = commitmentsHash(honest.rows)
  const bits = (keep: (verdict: Verdict) => boolean): bigint =>
    honest.rows.reduce((held, { verdict }, i) => (keep(verdict) ? held | (1n << BigInt(i)) : held), 0n)
  const [available, revealed] = [
    bits((verdict) => verdict > Verdict.unavailable),
    bits((verdict) => verdict > Verdict.unrevealed),
  ]
  const out: Statement<'attestations'>[] = []
  let stake = 0n
  for (const member of MEMBERS.toSorted((a, b) => (a.stake > b.stake ? -1 : 1))) {
    if (stake * 10_000n >= TOTAL_STAKE * BigInt(honest.spec.quorumBps)) break
    stake += member.stake
    const held = out.length === 0 ? revealed : available
    const body = { task: TASK, round: honest.round, member: member.member, commitments, held }
    const signature = await signStatement(domain, 'Attestation', body, KEYS[member.slot]!)
    out.push({ member: member.member, commitments, held, signature })
  }
  return out
}

/** A seal of the forge test's operator over rows. */
export async function signSeal(
  round: bigint,
  rows: readonly Pick<MemberLeaf, 'member' | 'commitment'>[],
  domain = TEST_DOMAIN,
): Promise<SignedStatement> {
  const root = commitmentsHash(rows)
  const body = { task: TASK, round, commitments: root, count: rows.length }
  return { root, value: BigInt(rows.length), signature: await signStatement(domain, 'Seal', body, OPERATOR) }
}

/** The knowledge of a node that saw nothing of the round: the chain's data. */
export function unsigned(known: KnownRound): KnownRound {
  return { ...known, statements: NO_STATEMENTS }
}

/** What the operator of the forge test signs for a member. */
export function signReceipt(round: bigint, member: Address, commitment: Hash): Promise<Hex> {
  return signStatement(TEST_DOMAIN, 'Receipt', { task: TASK, round, member, commitment }, OPERATOR)
}

export function hashOfSignature(signature: Hex): Hash {
  return fileHash(fromHex(signature))
}
