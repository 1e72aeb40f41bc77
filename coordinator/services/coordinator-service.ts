import type { MessageInitShape } from '@bufbuild/protobuf'
import { QuorateError } from '../../src/core/index.ts'
import type { TaskNode } from '../../src/node/index.ts'
import type { RoundViewSchema } from '../../src/protocol/gen/quorate/v1/coordinator_pb.ts'
import {
  encodeSpec,
  fromHex,
  lowerHex,
  sameAddress,
  specHash,
  STATEMENTS,
  toHex,
  validateSigned,
} from '../../src/protocol/index.ts'
import type { CommitmentMessage, RoundState } from '../../src/protocol/index.ts'
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

    async join(request) {
      const { addresses } = request
      const asked = STATEMENTS.session.wire.from(request)
      const { member, peerKey, expires } = asked
      const account = membership.account(member)
      const world = { ledger: task.domain.ledger, account }
      const result = await validateSigned(task.domain, STATEMENTS.session, asked, account?.operatorKey, world)
      if (result.verdict !== 'accept') throw new QuorateError(result.code, result.reason)
      if (addresses.length > 8 || addresses.some((address) => address.length > 256))
        throw new QuorateError('MESSAGE_MALFORMED', 'too many or too long addresses')
      const opened = sessions.open({ member, peerKey, expires: Number(expires) })
      announced.set(lowerHex(member), addresses)
      return { token: opened.token, expires: BigInt(opened.expires), peerAddresses: peerAddresses() }
    },

    async commit({ commitment }, { session }) {
      if (!commitment) throw new QuorateError('MESSAGE_MALFORMED', 'the request carries no commitment')
      const message = STATEMENTS.commitment.wire.from(commitment)
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
      const body = { task: task.id, round, member, commitment: hash }
      const signature = await ports.voice.sign('Receipt', body)
      return { receipt: STATEMENTS.receipt.wire.to({ kind: 'receipt', ...body, operator: owner, signature }) }
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

/** Whether this very commitment was taken in time and is in the seal, if there is one. */
function isKept(state: RoundState | undefined, { member, commitment }: CommitmentMessage): boolean {
  const author = lowerHex(member)
  const rows = state?.seal?.rows
  return state?.commitments.get(author)?.commitment === commitment && (!rows || rows.some((row) => row.member === author))
}
