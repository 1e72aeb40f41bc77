import { QuorateError } from '../../core/errors.ts'
import { fromHex, lowerHex, sameAddress } from '../bytes.ts'
import { commitmentsHash } from '../commitment.ts'
import type { SealSchema } from '../gen/quorate/v1/messages_pb.ts'
import { mayPost } from '../round/phase.ts'
import type { Address, Hash } from '../types.ts'
import { COMMITMENT } from './commitment.ts'
import { VIA_CHAIN, sameSource, viaSignature, sourceBytes } from './commitment-source.ts'
import type { CommitmentSource } from './commitment-source.ts'
import type { GossipStatement, RoundMessage, RoundWorld } from './definition.ts'
import { memberOf } from './member-of.ts'
import { verifyTyped } from './typed-data.ts'
import type { TypedData } from './typed-data.ts'
import { early, ignore, late, reject } from './verdict.ts'
import type { Objection } from './verdict.ts'
import { addressField, hashField, signatureField } from './wire-fields.ts'

/** A sealed row: one commitment that counts. */
export interface SealedCommitment {
  member: Address
  commitment: Hash
  source: CommitmentSource
}

/** The operator fixes which commitments of a round count, in ascending slot order. */
export interface SealMessage extends RoundMessage {
  kind: 'seal'
  rows: SealedCommitment[]
  operator: Address
}

export const SEAL = {
  name: 'Seal',
  fields: { task: 'uint256', round: 'uint64', commitments: 'bytes32', count: 'uint32' },
} as const satisfies TypedData

export const seal = {
  typed: SEAL,
  by: 'operator',
  author: ({ operator }) => operator,
  body: ({ task, round, rows }) => ({ task, round, commitments: commitmentsHash(rows), count: rows.length }),
  async judge(message, world) {
    const { state } = world
    if (state.posted) return late(message)
    if (!mayPost(state, message.operator)) {
      // A rejection that gives others their turn may not have reached this node yet; the holder's turn never comes back.
      return sameAddress(message.operator, state.plan.operator) ? late(message) : early(message)
    }
    if (!state.seal) return judgeRows(message, world)
    return state.seal.commitments === commitmentsHash(message.rows)
      ? ignore('MESSAGE_REPLAYED', 'this seal is already known')
      : ignore('MESSAGE_CONFLICT', 'the operator sealed the round twice')
  },
  event({ rows, signature, operator }, world) {
    const { plan } = world.state
    const other = sameAddress(operator, plan.operator) ? undefined : world.operatorKey(operator)
    return { type: 'seal', rows, signature, operator, operatorKey: other ?? plan.operatorKey }
  },
  known({ plan: { task, round }, seal: held }) {
    if (!held) return []
    const rows = held.rows.map(({ member, commitment, source }) => ({ member, commitment, source }))
    return [{ kind: 'seal', task, round, operator: lowerHex(held.operator), signature: held.signature, rows }]
  },
  conflict: {
    between(message, { seal: held }) {
      const root = commitmentsHash(message.rows)
      if (!held || !sameAddress(held.operator, message.operator) || held.commitments === root) return undefined
      return {
        first: { root: held.commitments, value: BigInt(held.rows.length), signature: held.signature },
        second: { root, value: BigInt(message.rows.length), signature: message.signature },
      }
    },
  },
  wire: {
    from: ({ task, round, operator, signature, commitments }) => ({
      kind: 'seal',
      task,
      round,
      operator: addressField(operator, 'operator'),
      signature: signatureField(signature),
      rows: commitments.map((row) => {
        if (row.task !== task || row.round !== round) {
          throw new QuorateError('MESSAGE_MALFORMED', 'a sealed commitment names another round than its seal')
        }
        return {
          member: addressField(row.member, 'member'),
          commitment: hashField(row.commitment, 'commitment'),
          source: row.signature.length === 0 ? VIA_CHAIN : viaSignature(signatureField(row.signature)),
        }
      }),
    }),
    to: ({ task, round, operator, signature, rows }) => ({
      task,
      round,
      operator: fromHex(operator),
      signature: fromHex(signature),
      commitments: rows.map(({ member, commitment, source }) => ({
        task,
        round,
        member: fromHex(member),
        commitment: fromHex(commitment),
        signature: fromHex(sourceBytes(source)),
      })),
    }),
  },
} satisfies GossipStatement<SealMessage, typeof SealSchema, typeof SEAL>

async function judgeRows({ task, round, rows }: SealMessage, { domain, state }: RoundWorld): Promise<Objection | undefined> {
  let last = -1
  for (const { member: owner, commitment, source } of rows) {
    const member = memberOf(state, owner)
    if (!member) return reject('MEMBER_UNKNOWN', `the seal names ${owner}, which is not in the snapshot`)
    if (member.slot <= last) return reject('MESSAGE_MALFORMED', 'sealed rows are not in ascending slot order')
    last = member.slot
    // The record of the round is checked against the chain for forced commitments. A commitment known from gossip is verified already.
    if (source.via === 'chain') continue
    const known = state.commitments.get(lowerHex(owner))
    if (known?.commitment === commitment && sameSource(known.source, source)) continue
    const body = { task, round, member: owner, commitment }
    if (!(await verifyTyped(domain, COMMITMENT, body, source.signature, member.operatorKey))) {
      return reject('SIGNATURE_INVALID', `the sealed commitment of ${owner} is not signed by its key`)
    }
  }
  return undefined
}
