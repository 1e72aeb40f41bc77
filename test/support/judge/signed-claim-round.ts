import { keccak256, stringToBytes } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import {
  commitmentOf,
  commitmentsHash,
  lowerHex,
  signStatement,
  toHex,
  updateRoot,
  viaSignature,
  ZERO_HASH,
} from '../../../src/protocol/index.ts'
import type { RecordFacts, RoundRecord } from '../../../src/protocol/index.ts'
import { claimRound } from '../claim-round.ts'

const keyOf = (name: string): ReturnType<typeof privateKeyToAccount> =>
  privateKeyToAccount(keccak256(stringToBytes(`${name} key`)))

export const OPERATOR = { owner: `0x${'bb'.repeat(20)}`, account: keyOf('operator') } as const

export type SignedClaimRound = ReturnType<typeof claimRound> & { facts: RecordFacts }

/** `claimRound` whose record holds: every statement is signed, and the facts of the chain agree with it. All updates are available. */
export async function signedClaimRound(updates: readonly Int8Array[], length: number): Promise<SignedClaimRound> {
  const round = claimRound(updates, length)
  const { record: unsigned, task } = round
  const domain = { chainId: unsigned.chainId, ledger: unsigned.ledger }
  const base = { task, round: unsigned.round }
  const members = unsigned.snapshot.members.map((member) => ({
    ...member,
    operatorKey: lowerHex(keyOf(`m${member.slot}`).address),
  }))
  const rows: RoundRecord['rows'] = []
  for (const { member, slot } of members) {
    const root = toHex(updateRoot(updates[slot]!))
    const commitment = commitmentOf(task, unsigned.round, member, root, ZERO_HASH)
    const reveal = { updateRoot: root, salt: ZERO_HASH }
    const key = keyOf(`m${slot}`)
    rows.push({
      member,
      commitment,
      source: viaSignature(await signStatement(domain, 'Commitment', { ...base, member, commitment }, key)),
      reveal: { ...reveal, signature: await signStatement(domain, 'Reveal', { ...base, member, ...reveal }, key) },
    })
  }
  const record = await sealedRecord({ ...unsigned, snapshot: { ...unsigned.snapshot, members }, rows })
  const { timepoint, totalStake } = unsigned.snapshot
  const seal = { ...record.seal, digest: commitmentsHash(rows), count: rows.length }
  return {
    ...round,
    record,
    facts: {
      ...base,
      domain,
      base: unsigned.base,
      timepoint,
      totalStake,
      members,
      seal,
      forced: new Map(),
      spec: round.spec,
    },
  }
}

/** The record with a seal over its rows, and with attestations of every member to all of them. */
export async function sealedRecord(record: RoundRecord): Promise<RoundRecord> {
  const { chainId, ledger, task, round, rows } = record
  const domain = { chainId, ledger }
  const commitments = commitmentsHash(rows)
  const held = (1n << BigInt(rows.length)) - 1n
  return {
    ...record,
    seal: {
      operator: OPERATOR.owner,
      operatorKey: lowerHex(OPERATOR.account.address),
      slot: 100,
    },
    attestations: await Promise.all(
      record.snapshot.members.map(async ({ member, slot }) => ({
        member,
        held,
        signature: await signStatement(domain, 'Attestation', { task, round, member, commitments, held }, keyOf(`m${slot}`)),
      })),
    ),
  }
}
