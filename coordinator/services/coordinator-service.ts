import type { MessageInitShape } from '@bufbuild/protobuf'
import { QuorateError } from '../../src/core/index.ts'
import type { Clock } from '../../src/core/index.ts'
import type { TaskNode } from '../../src/node/index.ts'
import type { RoundViewSchema } from '../../src/protocol/gen/quorate/v1/coordinator_pb.ts'
import {
  encodeSpec,
  eventOf,
  fromHex,
  isKept,
  lowerHex,
  modelBytes,
  sameAddress,
  specHash,
  STATEMENTS,
  toHex,
} from '../../src/protocol/index.ts'
import type { Address, Hash, ReceiptNoticeMessage } from '../../src/protocol/index.ts'
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
  const { ports, network, membership, rounds: states, inbox, statements } = node
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
        peerRecords: [await network.record(), ...addresses.all()].filter((record) => record.length > 0),
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
      // INVARIANT: a receipt is given for a row that is kept, and for no other. The list may have been made while the signature was
      // checked. A commitment may also be kept that is not accepted: a retry after a lost receipt, or it came by gossip before.
      if (!isKept(states.state(message.round), message)) {
        const { code, reason } =
          result.verdict === 'accept'
            ? ({ code: 'MESSAGE_LATE', reason: `round ${message.round} was being sealed when the commitment came` } as const)
            : result
        throw new QuorateError(code, reason)
      }
      statements.assertMayPromise(states.state(message.round)!)
      const { round, member, commitment: hash } = message
      // A reorganisation may undo a forced commitment that has a receipt. A second receipt would look like that of another process.
      const given = states.state(round)!.receipts.get(lowerHex(member))
      if (given && given.commitment !== hash)
        throw new QuorateError('MESSAGE_CONFLICT', `${member} has a receipt for another commitment of round ${round}`)
      const body = { task: task.id, round, member, commitment: hash }
      const signature = await ports.voice.sign('Receipt', body)
      // INVARIANT: a receipt is in the journal before it leaves, and told to everybody. A journal that is lost, or restored from an old
      // copy, then shows by what others know, even if the member keeps its receipt to itself.
      const notice: ReceiptNoticeMessage = { kind: 'receiptNotice', ...body, operatorKey: ports.voice.key, signature }
      states.dispatch(round, eventOf(notice)!)
      await ports.voice
        .publish(notice)
        .catch((error: unknown) => logger.debug({ error: String(error) }, 'the receipt was not gossiped'))
      return { receipt: STATEMENTS.receipt.wire.to({ kind: 'receipt', ...body, operator: owner, signature }) }
    },

    async *watchRounds(_request, { signal }) {
      yield* rounds.subscribe(signal)
    },

    async *getBlob({ hash }) {
      yield* blobParts(await blobOf(ports.stores, toHex(hash)))
    },
  }
}

/** A document by its hash, or a model or an update by its root. @throws QuorateError BLOB_NOT_FOUND */
async function blobOf({ documents, updates, states }: TaskNode['ports']['stores'], hash: Hash): Promise<Uint8Array> {
  const head = states.withModel(hash)
  const state = head && (await states.load(head.claimHash))
  if (state) return modelBytes(state.model)
  return (await updates.has(hash)) ? updates.get(hash) : documents.get(hash)
}
