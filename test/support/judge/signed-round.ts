import { keccak256, stringToBytes } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import type { Witness } from '../../../src/judge/index.ts'
import {
  commitmentsHash,
  fileHash,
  fromHex,
  signatureHash,
  signStatement,
  Verdict,
  viaSignature,
  ZERO_HASH,
} from '../../../src/protocol/index.ts'
import type { Address, Hash, Hex, SigningDomain } from '../../../src/protocol/index.ts'
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

export interface SignedRound extends RandomRound {
  witness: Witness
}

/** A random round with everything signed by the keys of the forge test's members. */
export async function signedRound(seed: number): Promise<SignedRound> {
  const round = randomRound(seed)
  const { honest } = round
  const base = { task: TASK, round: honest.round }
  const rows: Witness['rows'] = await Promise.all(
    honest.rows.map(async ({ member, slot, commitment }, i) => {
      // A quarantined row shows no root, but its member revealed all the same.
      const { updateRoot } = round.rows[i]!
      const key = KEYS[slot]!
      const salt = ZERO_HASH
      return {
        member,
        commitment,
        source: viaSignature(await signStatement(TEST_DOMAIN, 'Commitment', { ...base, member, commitment }, key)),
        ...(updateRoot !== null && {
          reveal: {
            updateRoot,
            salt,
            signature: await signStatement(TEST_DOMAIN, 'Reveal', { ...base, member, updateRoot, salt }, key),
          },
        }),
      }
    }),
  )
  honest.rows = honest.rows.map((row, i) => ({ ...row, signatureHash: signatureHash(rows[i]!.source) }))
  return { ...round, witness: { rows, attestations: await attestations(round) } }
}

/** The largest members, together a quorum, attest to every row that is available; one of them to the others as well. */
async function attestations({ honest }: RandomRound): Promise<Witness['attestations']> {
  const commitments = commitmentsHash(honest.rows)
  const total = MEMBERS.reduce((sum, { stake }) => sum + stake, 0n)
  const bits = (keep: (verdict: Verdict) => boolean): bigint =>
    honest.rows.reduce((held, { verdict }, i) => (keep(verdict) ? held | (1n << BigInt(i)) : held), 0n)
  const [available, revealed] = [
    bits((verdict) => verdict > Verdict.unavailable),
    bits((verdict) => verdict > Verdict.unrevealed),
  ]
  const out: Witness['attestations'] = []
  let stake = 0n
  for (const member of MEMBERS.toSorted((a, b) => (a.stake > b.stake ? -1 : 1))) {
    if (stake * 10_000n >= total * BigInt(honest.spec.quorumBps)) break
    stake += member.stake
    const held = out.length === 0 ? revealed : available
    const body = { task: TASK, round: honest.round, member: member.member, commitments, held }
    out.push({
      member: member.member,
      held,
      signature: await signStatement(TEST_DOMAIN, 'Attestation', body, KEYS[member.slot]!),
    })
  }
  return out
}

/** What the operator of the forge test signs for a member. */
export function signReceipt(round: bigint, member: Address, commitment: Hash): Promise<Hex> {
  return signStatement(TEST_DOMAIN, 'Receipt', { task: TASK, round, member, commitment }, OPERATOR)
}

export function hashOfSignature(signature: Hex): Hash {
  return fileHash(fromHex(signature))
}
