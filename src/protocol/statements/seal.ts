import { QuorateError } from '../../core/errors.ts'
import { fromHex, lowerHex, sameAddress } from '../bytes.ts'
import { commitmentsHash } from '../commitment.ts'
import type { SealSchema } from '../gen/quorate/v1/messages_pb.ts'
import type { RoundState } from '../round/state.ts'
import type { Address, Hash } from '../types.ts'
import { COMMITMENT } from './commitment.ts'
import { VIA_CHAIN, sameSource, viaSignature, sourceBytes } from './commitment-source.ts'
import type { CommitmentSource } from './commitment-source.ts'
import type { GossipStatement, RoundMessage, RoundWorld } from './definition.ts'
import { memberOf } from './member-of.ts'
import { verifyTyped } from './typed-data.ts'
import { early, ignore, late, reject } from './verdict.ts'
import type { Objection } from './verdict.ts'
import { addressField, hashField, signatureField } from './wire-fields.ts'

/** A sealed row: one commitment that counts. */
export interface SealedCommitment {
  member: Address
  commitment: Hash
  source: CommitmentSource
}

/**
 * The rows that the operator sealed, in ascending slot order. Nobody signs the list: the chain has its digest, so anybody may
 * pass it on.
 */
export interface SealMessage extends RoundMessage {
  kind: 'seal'
  rows: SealedCommitment[]
  /** Owner address of the operator that has the seat. */
  operator: Address
}

/** What speaks against a list, the signatures of its rows aside. */
export function judgeList(message: SealMessage, state: RoundState): Objection | undefined {
  if (state.posted) return late(message)
  // The block of the seal may not have reached this node yet.
  if (!state.sealed) return early(message)
  if (!sameAddress(message.operator, state.plan.operator))
    return reject('MESSAGE_MALFORMED', `the list names ${message.operator}, which does not have the seat`)
  if (state.seal) return ignore('MESSAGE_REPLAYED', 'this list is already known')
  if (commitmentsHash(message.rows) !== state.sealed.digest)
    return ignore('MESSAGE_CONFLICT', 'the list does not hash to the digest of the seal')
  return undefined
}

export const seal = {
  typed: null,
  by: 'chain',
  author: ({ operator }) => operator,
  body: () => ({}),
  judge: async (message, world) => judgeList(message, world.state) ?? judgeRows(message, world),
  event: ({ rows }) => ({ type: 'seal', rows }),
  known({ plan: { task, round, operator }, seal: held }) {
    if (!held) return []
    const rows = held.rows.map(({ member, commitment, source }) => ({ member, commitment, source }))
    return [{ kind: 'seal', task, round, operator: lowerHex(operator), rows }]
  },
  wire: {
    from: ({ task, round, operator, commitments }) => ({
      kind: 'seal',
      task,
      round,
      operator: addressField(operator, 'operator'),
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
    to: ({ task, round, operator, rows }) => ({
      task,
      round,
      operator: fromHex(operator),
      commitments: rows.map(({ member, commitment, source }) => ({
        task,
        round,
        member: fromHex(member),
        commitment: fromHex(commitment),
        signature: fromHex(sourceBytes(source)),
      })),
    }),
  },
} satisfies GossipStatement<SealMessage, typeof SealSchema>

async function judgeRows({ task, round, rows }: SealMessage, { domain, state }: RoundWorld): Promise<Objection | undefined> {
  let last = -1
  for (const { member: owner, commitment, source } of rows) {
    const member = memberOf(state, owner)
    if (!member) return reject('MEMBER_UNKNOWN', `the seal names ${owner}, which is not in the snapshot`)
    if (member.slot <= last) return reject('MESSAGE_MALFORMED', 'sealed rows are not in ascending slot order')
    last = member.slot
    if (source.via === 'chain') {
      if (state.forced.some((forced) => sameAddress(forced.member, owner) && forced.commitment === commitment)) continue
      return ignore('MESSAGE_EARLY', `the commitment of ${owner} is not known to be forced on chain`)
    }
    const known = state.commitments.get(lowerHex(owner))
    if (known?.commitment === commitment && sameSource(known.source, source)) continue
    const body = { task, round, member: owner, commitment }
    if (!(await verifyTyped(domain, COMMITMENT, body, source.signature, member.operatorKey))) {
      return reject('SIGNATURE_INVALID', `the sealed commitment of ${owner} is not signed by its key`)
    }
  }
  return undefined
}
