import { keccak256, stringToBytes } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import type { LedgerOperator } from '../../../src/aggregation/index.ts'
import { NO_STATEMENTS } from '../../../src/judge/index.ts'
import type { ClaimParts, KnownAttestation, KnownRound, RoundStatements } from '../../../src/judge/index.ts'
import { commitmentsHash, fileHash, fromHex, lowerHex, signStatement, ZERO_HASH } from '../../../src/protocol/index.ts'
import type { Address, Hash, Hex, SigningDomain } from '../../../src/protocol/index.ts'
import { MEMBERS, randomRound, TASK, TOTAL_STAKE } from './random-round.ts'
import type { RandomRound } from './random-round.ts'

/** Where the forge test deploys its ledger, so that signatures made here hold there. */
export const TEST_DOMAIN: SigningDomain = {
  chainId: 31_337,
  ledger: `0x${keccak256(stringToBytes('quorate test ledger')).slice(26)}`,
}

type Key = ReturnType<typeof privateKeyToAccount>

const keyOf = (name: string): Key => privateKeyToAccount(keccak256(stringToBytes(`${name} key`)))
const KEYS = MEMBERS.map(({ slot }) => keyOf(`m${slot}`))
const OPERATOR = keyOf('operator')
const OPERATOR_OWNER = privateKeyToAccount(keccak256(stringToBytes('operator owner'))).address

export interface SignedRound extends RandomRound {
  /** The knowledge of a node that saw the whole round. */
  known: KnownRound
  /** The key of a member at the snapshot, by slot. */
  keyOf: (slot: number) => Key
}

export interface SigningOptions {
  domain?: SigningDomain
  /** Members whose commitment the chain took instead of the operator, by slot. */
  isForced?: (slot: number) => boolean
  /** Of a task that draws its committees. */
  drawn?: boolean
}

/** A random round with everything signed by the keys of the forge test's members. */
export async function signedRound(
  seed: number,
  { domain = TEST_DOMAIN, isForced = () => false, drawn = false }: SigningOptions = {},
): Promise<SignedRound> {
  const round = randomRound(seed, { drawn })
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
  const attestations = await attest(honest, domain)
  const known: KnownRound = {
    facts: {
      ...base,
      domain,
      members: round.committee.members.map((member) => ({ ...member, operatorKey: KEYS[member.slot]!.address })),
      totalStake: TOTAL_STAKE,
      seal: {
        operator: OPERATOR_OWNER,
        operatorKey: OPERATOR.address,
        slot: MEMBERS.length,
        digest: commitmentsHash(honest.rows),
        count: honest.rows.length,
      },
      forced: new Map(honest.rows.flatMap(({ member, slot, commitment }) => (isForced(slot) ? [[member, commitment]] : []))),
    },
    statements: {
      ...statements,
      attestations,
    },
  }
  return { ...round, known, keyOf: (slot) => KEYS[slot]! }
}

type Statement<K extends keyof RoundStatements> = RoundStatements[K][number]

/** Signs the attestations of the rows that have one, over these rows, and puts their hashes into the rows. */
export async function attest(
  parts: Pick<ClaimParts, 'rows' | 'round'>,
  domain = TEST_DOMAIN,
  signerOf: (slot: number) => Key = (slot) => KEYS[slot]!,
): Promise<KnownAttestation[]> {
  const commitments = commitmentsHash(parts.rows)
  const signed: KnownAttestation[] = []
  for (const [i, row] of parts.rows.entries()) {
    if (row.attestationHash === ZERO_HASH) continue
    const { member, slot, held } = row
    const body = { task: TASK, round: parts.round, member, commitments, held }
    const signature = await signStatement(domain, 'Attestation', body, signerOf(slot))
    parts.rows[i] = { ...row, attestationHash: hashOfSignature(signature) }
    signed.push({ member, signature })
  }
  return signed
}

/** Who posts the claim, as the ledger names it. */
export function operatorOf({ facts }: Pick<KnownRound, 'facts'>): LedgerOperator {
  const { operator, slot } = facts.seal
  return { member: lowerHex(operator), slot }
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
