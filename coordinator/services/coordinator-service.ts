import type { MessageInitShape } from '@bufbuild/protobuf'
import { QuorateError } from '../../src/core/index.ts'
import type { TaskNode } from '../../src/node/index.ts'
import type { RoundViewSchema } from '../../src/protocol/gen/quorate/v1/coordinator_pb.ts'
import {
  encodeSpec,
  fromHex,
  fromWire,
  lowerHex,
  sameAddress,
  specHash,
  toHex,
  verifyStatement,
} from '../../src/protocol/index.ts'
import type { CommitmentMessage, RoundState } from '../../src/protocol/index.ts'
import { create } from '@bufbuild/protobuf'
import { GossipMessageSchema } from '../../src/protocol/gen/quorate/v1/messages_pb.ts'
import type { Commitment } from '../../src/protocol/gen/quorate/v1/messages_pb.ts'
import { blobParts } from '../../src/rpc/index.ts'
import type { CoordinatorHandlers, Feed, SessionStore } from '../../src/rpc/index.ts'

export interface CoordinatorServiceOptions {
  node: TaskNode
  sessions: SessionStore
  rounds: Feed<MessageInitShape<typeof RoundViewSchema>>
  /** Owner address of this operator. */
  owner: `0x${string}`
}

/** What the operator offers its members (proto/quorate/v1/coordinator.proto). */
export function coordinatorService({ node, sessions, rounds, owner }: CoordinatorServiceOptions): CoordinatorHandlers {
  const { ports, network, membership, rounds: states, inbox } = node
  const { task } = ports
  /** Where each member said it listens, newest last. */
  const announced = new Map<string, readonly string[]>()
  const peerAddresses = (): string[] => [...announced.values()].flat()

  return {
    async getTask() {
      return {
        chainId: BigInt(task.domain.chainId),
        ledger: fromHex(task.domain.ledger),
        task: task.id,
        specHash: fromHex(specHash(task.spec)),
        specJson: encodeSpec(task.spec),
        documentJson: task.document,
        addresses: network.addresses(),
        peerAddresses: peerAddresses(),
        operator: fromHex(owner),
      }
    },

    async join({ member: memberBytes, peerKey: peerKeyBytes, expires, signature, addresses }) {
      if (memberBytes.length !== 20 || peerKeyBytes.length !== 32)
        throw new QuorateError('MESSAGE_MALFORMED', 'member or peer key has the wrong length')
      const member = toHex(memberBytes)
      const peerKey = toHex(peerKeyBytes)
      const account = membership.account(member)
      if (!account)
        throw new QuorateError('KEY_NOT_BONDED', `${member} has no bonded stake with registered keys on ${task.domain.ledger}`)
      if (lowerHex(account.peerKey) !== peerKey)
        throw new QuorateError('KEY_NOT_REGISTERED', `the peer key of ${member} is not the one registered on chain`)
      if (!(await verifyStatement(task.domain, 'Session', { member, peerKey, expires }, toHex(signature), account.operatorKey))) {
        throw new QuorateError('SIGNATURE_INVALID', `the session request is not signed by the operator key of ${member}`)
      }
      if (addresses.length > 8 || addresses.some((address) => address.length > 256))
        throw new QuorateError('MESSAGE_MALFORMED', 'too many or too long addresses')
      const opened = sessions.open({ member, peerKey, expires: Number(expires) })
      announced.set(lowerHex(member), addresses)
      return { token: opened.token, expires: BigInt(opened.expires), peerAddresses: peerAddresses() }
    },

    async commit({ commitment }, { session }) {
      const message = commitmentOf(commitment)
      if (!sameAddress(message.member, session.member))
        throw new QuorateError('SIGNATURE_INVALID', `the session is of ${session.member}, the commitment of ${message.member}`)
      const plan = states.state(message.round)?.plan
      // A receipt is a promise to seal: only who holds the seat can keep it.
      if (plan && (plan.vacant || !sameAddress(plan.operator, owner)))
        throw new QuorateError(
          'SEAT_NOT_HELD',
          `${owner} does not hold the seat of round ${message.round}; ${plan.vacant ? 'nobody does' : `${plan.operator} does`}`,
        )
      const result = await inbox.validate(message)
      if (result.verdict === 'accept') inbox.accept(message)
      // Kept already: a retry after a lost receipt, or it came by gossip first and the seal was faster.
      else if (!isKept(states.state(message.round), message)) throw new QuorateError(result.code, result.reason)
      const { round, member, commitment: hash } = message
      const signature = await ports.voice.sign('Receipt', { task: task.id, round, member, commitment: hash })
      return {
        receipt: {
          task: task.id,
          round,
          member: fromHex(member),
          commitment: fromHex(hash),
          operator: fromHex(owner),
          signature: fromHex(signature),
        },
      }
    },

    async *watchRounds(_request, { signal }) {
      yield* rounds.subscribe(signal)
    },

    async getStatus() {
      const head = ports.stores.states.latest() ?? node.genesis
      const connected = new Set(network.peers().map((peer) => lowerHex(peer.member)))
      return {
        round: rounds.latest,
        finalRound: head.round,
        modelRoot: fromHex(head.claim.modelRoot),
        peers: connected.size,
        members: (states.latest?.plan.members ?? []).map((member) => {
          const leaf = head.ledger.get(member.slot)
          return {
            member: fromHex(member.member),
            slot: member.slot,
            stake: member.stake.toString(),
            reward: (leaf?.reward ?? 0n).toString(),
            strikes: leaf?.strikes ?? 0,
            reputation: leaf?.reputation ?? 0,
            connected: connected.has(lowerHex(member.member)),
          }
        }),
      }
    },

    async *getBlob({ hash }) {
      yield* blobParts(await ports.stores.documents.get(toHex(hash)))
    },
  }
}

function commitmentOf(commitment: Commitment | undefined): CommitmentMessage {
  if (!commitment) throw new QuorateError('MESSAGE_MALFORMED', 'the request carries no commitment')
  return fromWire(create(GossipMessageSchema, { kind: { case: 'commitment', value: commitment } })) as CommitmentMessage
}

/** Whether this very commitment was taken in time and is in the seal, if there is one. */
function isKept(state: RoundState | undefined, { member, commitment }: CommitmentMessage): boolean {
  const author = lowerHex(member)
  const rows = state?.seal?.rows
  return state?.commitments.get(author)?.commitment === commitment && (!rows || rows.some((row) => row.member === author))
}
