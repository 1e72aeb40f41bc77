import type { MessageInitShape } from '@bufbuild/protobuf'
import { QuorateError } from '../../src/core/index.ts'
import type { Clock } from '../../src/core/index.ts'
import type { TaskNode } from '../../src/node/index.ts'
import type { RoundViewSchema } from '../../src/protocol/gen/quorate/v1/coordinator_pb.ts'
import { encodeSpec, fromHex, lowerHex, sameAddress, specHash, STATEMENTS, toHex } from '../../src/protocol/index.ts'
import type { Address, CommitmentMessage, Hash, RoundState } from '../../src/protocol/index.ts'
import { blobParts } from '../../src/rpc/index.ts'
import type { CoordinatorHandlers, Feed, SessionStore } from '../../src/rpc/index.ts'
import { AddressBook } from './address-book.ts'
import { joinMember } from './join-member.ts'

export interface CoordinatorServiceOptions {
  node: TaskNode
  sessions: SessionStore
  rounds: Feed<MessageInitShape<typeof RoundViewSchema>>
  /** Owner address of this operator. */
  owner: Address
  /** SHA-256 of the TLS certificate that members see. */
  certificate: Hash
  clock: Pick<Clock, 'now'>
}

/** What the operator offers its members (proto/quorate/v1/coordinator.proto). */
export function coordinatorService(options: CoordinatorServiceOptions): CoordinatorHandlers {
  const { node, sessions, rounds, owner, certificate, clock } = options
  const { ports, network, membership, rounds: states, inbox } = node
  const { task, logger, metrics } = ports
  const { domain } = task
  const addresses = new AddressBook({ membership, logger, metrics })
  const asked = { task: task.id, operator: owner, certificate }

  return {
    async getTask() {
      return {
        chainId: BigInt(domain.chainId),
        ledger: fromHex(domain.ledger),
        task: task.id,
        specHash: fromHex(specHash(task.spec)),
        specJson: encodeSpec(task.spec),
        documentJson: task.document,
        addresses: network.addresses(),
        peerAddresses: addresses.all(),
        operator: fromHex(owner),
        time: BigInt(clock.now()),
      }
    },

    join: async (request) => joinMember({ domain, asked, membership, sessions, addresses }, request),

    async commit({ commitment }, { session }) {
      if (!commitment) throw new QuorateError('MESSAGE_MALFORMED', 'the request has no commitment')
      const message = STATEMENTS.commitment.wire.from(commitment)
      if (!sameAddress(message.member, session.member))
        throw new QuorateError(
          'SIGNATURE_INVALID',
          `the session belongs to ${session.member}, the commitment to ${message.member}`,
        )
      const plan = states.state(message.round)?.plan
      // A receipt is a promise to seal: only who holds the seat can keep it.
      if (plan && !sameAddress(plan.operator, owner))
        throw new QuorateError(
          'SEAT_NOT_HELD',
          `${owner} does not hold the seat of round ${message.round}; ${plan.operator} does`,
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

    async *getBlob({ hash }) {
      yield* blobParts(await ports.stores.documents.get(toHex(hash)))
    },
  }
}

/** Whether this very commitment was taken in time and is in the list, if there is one. */
function isKept(state: RoundState | undefined, { member, commitment }: CommitmentMessage): boolean {
  const author = lowerHex(member)
  const rows = state?.list ?? state?.seal?.rows
  return state?.commitments.get(author)?.commitment === commitment && (!rows || rows.some((row) => row.member === author))
}
