import { fromHex, lowerHex } from '../bytes.ts'
import { versionCount, versionsRoot } from '../buckets/versions.ts'
import { commitmentOf } from '../commitment.ts'
import type { RevealSchema } from '../gen/quorate/v1/messages_pb.ts'
import { deadlines } from '../round/phase.ts'
import type { Address, Hash } from '../types.ts'
import type { GossipStatement, RoundMessage, Signed } from './definition.ts'
import type { TypedData } from './typed-data.ts'
import { early, ignore, late, reject, repeated } from './verdict.ts'
import { addressField, hashField, signatureField } from './wire-fields.ts'

/** A member opens its sealed commitment. */
export interface RevealMessage extends RoundMessage, Signed {
  kind: 'reveal'
  member: Address
  updateRoot: Hash
  salt: Hash
  /** Of a member of a bucket of four: roots of the versions of its row. The update root vouches for them. */
  versions?: readonly Hash[]
}

export const REVEAL = {
  name: 'Reveal',
  fields: { task: 'uint256', round: 'uint64', member: 'address', updateRoot: 'bytes32', salt: 'bytes32' },
} as const satisfies TypedData

export const reveal = {
  typed: REVEAL,
  by: 'member',
  author: ({ member }) => member,
  body: ({ task, round, member, updateRoot, salt }) => ({ task, round, member, updateRoot, salt }),
  judge(message, { state }) {
    const { task, round, member, updateRoot, salt } = message
    if (!state.seal) return early(message)
    if (state.posted || state.now >= deadlines(state).attest) return late(message)
    const row = state.seal.rows.find((candidate) => candidate.member === lowerHex(member))
    if (!row) return ignore('COMMITMENT_MISMATCH', `${member} reveals without a sealed commitment`)
    if (commitmentOf(task, round, member, updateRoot, salt) !== row.commitment)
      return reject('COMMITMENT_MISMATCH', 'the revealed root and salt do not open the commitment')
    const { versions } = message
    const size = state.plan.buckets?.find((bucket) => bucket.includes(lowerHex(member)))?.length ?? 1
    if ((versions?.length ?? 1) !== versionCount(size) || versionsRoot(versions ?? [updateRoot]) !== updateRoot)
      return reject('COMMITMENT_MISMATCH', 'the revealed versions do not lead to the root that was committed to')
    return state.reveals.has(lowerHex(member)) ? repeated(message, true) : undefined
  },
  event: ({ member, updateRoot, salt, signature, versions }) => ({
    type: 'reveal',
    member,
    updateRoot,
    salt,
    signature,
    ...(versions && { versions }),
  }),
  // Without its seal a reveal comes too early for the peer.
  known: ({ plan: { task, round }, seal, reveals }) =>
    seal ? [...reveals].map(([member, entry]) => ({ kind: 'reveal', task, round, member, ...entry })) : [],
  wire: {
    from: ({ task, round, member, updateRoot, salt, signature, versions }) => ({
      kind: 'reveal',
      task,
      round,
      member: addressField(member, 'member'),
      updateRoot: hashField(updateRoot, 'update_root'),
      salt: hashField(salt, 'salt'),
      signature: signatureField(signature),
      ...(versions.length > 0 && { versions: versions.map((version) => hashField(version, 'versions')) }),
    }),
    to: ({ task, round, member, updateRoot, salt, signature, versions = [] }) => ({
      task,
      round,
      member: fromHex(member),
      updateRoot: fromHex(updateRoot),
      salt: fromHex(salt),
      signature: fromHex(signature),
      versions: versions.map(fromHex),
    }),
  },
} satisfies GossipStatement<RevealMessage, typeof RevealSchema, typeof REVEAL>
