import { create } from '@bufbuild/protobuf'
import { bytesToBigInt, numberToHex } from 'viem'
import { QuorateError } from '../core/errors.ts'
import { fromHex, toHex } from './bytes.ts'
import { GossipMessageSchema } from './gen/quorate/v1/messages_pb.ts'
import type { GossipMessage } from './gen/quorate/v1/messages_pb.ts'
import type { Message } from './messages.ts'
import type { Hex } from './types.ts'

function fixed(bytes: Uint8Array, length: number, field: string): Hex {
  if (bytes.length !== length) {
    throw new QuorateError('MESSAGE_MALFORMED', `${field} has ${bytes.length} bytes instead of ${length}`)
  }
  return toHex(bytes)
}

const address = (bytes: Uint8Array, field: string): Hex => fixed(bytes, 20, field)
const hash = (bytes: Uint8Array, field: string): Hex => fixed(bytes, 32, field)
const signature = (bytes: Uint8Array): Hex => fixed(bytes, 65, 'signature')

/**
 * Parses a decoded gossip message: every field has its exact length afterwards.
 *
 * @throws QuorateError MESSAGE_MALFORMED naming the field
 */
export function fromWire(wire: GossipMessage): Message {
  const { case: kind, value } = wire.kind
  switch (kind) {
    case 'commitment':
      return {
        kind,
        task: value.task,
        round: value.round,
        member: address(value.member, 'member'),
        commitment: hash(value.commitment, 'commitment'),
        signature: signature(value.signature),
      }
    case 'seal':
      return {
        kind,
        task: value.task,
        round: value.round,
        operator: address(value.operator, 'operator'),
        signature: signature(value.signature),
        rows: value.commitments.map((row) => {
          if (row.task !== value.task || row.round !== value.round) {
            throw new QuorateError('MESSAGE_MALFORMED', 'a sealed commitment names another round than its seal')
          }
          return {
            member: address(row.member, 'member'),
            commitment: hash(row.commitment, 'commitment'),
            signature: row.signature.length === 0 ? '0x' : signature(row.signature),
          }
        }),
      }
    case 'reveal':
      return {
        kind,
        task: value.task,
        round: value.round,
        member: address(value.member, 'member'),
        updateRoot: hash(value.updateRoot, 'update_root'),
        salt: hash(value.salt, 'salt'),
        signature: signature(value.signature),
      }
    case 'attestation':
      return {
        kind,
        task: value.task,
        round: value.round,
        member: address(value.member, 'member'),
        commitments: hash(value.commitments, 'commitments'),
        held: bytesToBigInt(fromHex(hash(value.held, 'held'))),
        signature: signature(value.signature),
      }
    case 'claim':
      return {
        kind,
        task: value.task,
        round: value.round,
        claimHash: hash(value.claimHash, 'claim_hash'),
        recordHash: hash(value.recordHash, 'record_hash'),
        openingHash: hash(value.openingHash, 'opening_hash'),
        operator: address(value.operator, 'operator'),
        signature: signature(value.signature),
      }
    case 'agreement':
      return {
        kind,
        task: value.task,
        round: value.round,
        member: address(value.member, 'member'),
        claimHash: hash(value.claimHash, 'claim_hash'),
        signature: signature(value.signature),
      }
    default:
      throw new QuorateError('MESSAGE_MALFORMED', 'the gossip message carries no known kind')
  }
}

/** The protobuf form of a message. */
export function toWire(message: Message): GossipMessage {
  const { task, round } = message
  switch (message.kind) {
    case 'commitment':
      return create(GossipMessageSchema, {
        kind: {
          case: 'commitment',
          value: {
            task,
            round,
            member: fromHex(message.member),
            commitment: fromHex(message.commitment),
            signature: fromHex(message.signature),
          },
        },
      })
    case 'seal':
      return create(GossipMessageSchema, {
        kind: {
          case: 'seal',
          value: {
            task,
            round,
            operator: fromHex(message.operator),
            signature: fromHex(message.signature),
            commitments: message.rows.map((row) => ({
              task,
              round,
              member: fromHex(row.member),
              commitment: fromHex(row.commitment),
              signature: fromHex(row.signature),
            })),
          },
        },
      })
    case 'reveal':
      return create(GossipMessageSchema, {
        kind: {
          case: 'reveal',
          value: {
            task,
            round,
            member: fromHex(message.member),
            updateRoot: fromHex(message.updateRoot),
            salt: fromHex(message.salt),
            signature: fromHex(message.signature),
          },
        },
      })
    case 'attestation':
      return create(GossipMessageSchema, {
        kind: {
          case: 'attestation',
          value: {
            task,
            round,
            member: fromHex(message.member),
            commitments: fromHex(message.commitments),
            held: fromHex(numberToHex(message.held, { size: 32 })),
            signature: fromHex(message.signature),
          },
        },
      })
    case 'claim':
      return create(GossipMessageSchema, {
        kind: {
          case: 'claim',
          value: {
            task,
            round,
            claimHash: fromHex(message.claimHash),
            recordHash: fromHex(message.recordHash),
            openingHash: fromHex(message.openingHash),
            operator: fromHex(message.operator),
            signature: fromHex(message.signature),
          },
        },
      })
    case 'agreement':
      return create(GossipMessageSchema, {
        kind: {
          case: 'agreement',
          value: {
            task,
            round,
            member: fromHex(message.member),
            claimHash: fromHex(message.claimHash),
            signature: fromHex(message.signature),
          },
        },
      })
  }
}
