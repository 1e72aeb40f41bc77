import { describe, expect, it } from 'vitest'
import { coordinatorService } from '../../../coordinator/services/coordinator-service.ts'
import { initialRoundState, reduceRound, STATEMENTS, viaSignature } from '../../../src/protocol/index.ts'
import type { CommitmentMessage, Message, RoundEvent, Validation } from '../../../src/protocol/index.ts'
import { noMetrics, QuorateError, silentLogger } from '../../../src/core/index.ts'
import { PLAN } from '../../support/node/round-events.ts'
import { hashOf } from '../aggregation/fixtures.ts'

const signature = `0x${'11'.repeat(65)}` as const
const [first, second] = PLAN.members.map(({ member }) => member)

const commitmentOf = (member: string, n: number): CommitmentMessage => ({
  kind: 'commitment',
  task: PLAN.task,
  round: PLAN.round,
  member: member as `0x${string}`,
  commitment: hashOf(n),
  signature,
})

/** The service over a round in which something happens while a signature is checked. */
function serviceWith(during: () => RoundEvent[], speaks = true, before = initialRoundState(PLAN)) {
  let state = before
  const receipts: unknown[] = []
  const published: Message[] = []
  const node = {
    ports: {
      task: { id: PLAN.task, domain: { chainId: 1, ledger: first }, spec: {}, document: '{}' },
      logger: silentLogger,
      metrics: noMetrics,
      voice: {
        key: PLAN.operatorKey,
        sign: async (_: string, body: unknown) => (receipts.push(body), signature),
        publish: async (message: Message) => void published.push(message),
      },
    },
    network: {},
    membership: { onChange: () => () => {}, members: () => [] },
    rounds: { state: () => state, dispatch: (_: bigint, event: RoundEvent) => (state = reduceRound(state, event)) },
    statements: {
      assertMayPromise() {
        if (!speaks) throw new QuorateError('STATEMENTS_UNKNOWN', 'silent')
      },
    },
    inbox: {
      async validate(): Promise<Validation> {
        state = during().reduce(reduceRound, state)
        return { verdict: 'accept' }
      },
      accept(message: CommitmentMessage) {
        state = reduceRound(state, STATEMENTS.commitment.event(message))
      },
    },
  }
  const options = { node, sessions: {}, rounds: {}, owner: PLAN.operator, certificate: hashOf(1), clock: { now: () => 0 } }
  return { service: coordinatorService(options as never), receipts, published, state: () => state }
}

describe('receipts of the operator', () => {
  const handIn = (service: ReturnType<typeof coordinatorService>, message: CommitmentMessage) =>
    service.commit(
      { commitment: STATEMENTS.commitment.wire.to(message) } as never,
      { session: { member: message.member } } as never,
    )

  it('are given for a commitment that is kept', async () => {
    const { service, receipts } = serviceWith(() => [])
    await handIn(service, commitmentOf(first!, 1))
    expect(receipts).toHaveLength(1)
  })

  it('are in the round, and told to everybody, before the member has them', async () => {
    const { service, published, state } = serviceWith(() => [])
    await handIn(service, commitmentOf(first!, 1))
    expect(state().receipts.get(first!)).toMatchObject({ commitment: hashOf(1), signature })
    expect(published).toMatchObject([{ kind: 'receiptNotice', member: first, operatorKey: PLAN.operatorKey }])
  })

  it('are not given for a second commitment, when a reorganisation undid the first that had a receipt', async () => {
    const forced = { type: 'commitment', member: first!, commitment: hashOf(1), source: { via: 'chain' } } as const
    const { service, receipts, state } = serviceWith(() => [forced])
    await handIn(service, commitmentOf(first!, 1))
    const undone = serviceWith(() => [{ type: 'chain', forced: [] }], true, state())
    await expect(handIn(undone.service, commitmentOf(first!, 2))).rejects.toMatchObject({ code: 'MESSAGE_CONFLICT' })
    expect([receipts.length, undone.receipts.length]).toEqual([1, 0])
  })

  it('are not given by a node that may not know all that its key said', async () => {
    const { service, receipts } = serviceWith(() => [], false)
    await expect(handIn(service, commitmentOf(first!, 1))).rejects.toMatchObject({ code: 'STATEMENTS_UNKNOWN' })
    expect(receipts).toEqual([])
  })

  it('are not given when the list was made while the signature was checked', async () => {
    const rows = [{ member: second!, commitment: hashOf(2), source: viaSignature(signature) }]
    const { service, receipts } = serviceWith(() => [{ type: 'list', rows, known: 0 }])
    await expect(handIn(service, commitmentOf(first!, 1))).rejects.toMatchObject({ code: 'MESSAGE_LATE' })
    expect(receipts).toEqual([])
  })

  it('are not given for a second commitment of the same member', async () => {
    const { service, receipts } = serviceWith(() => [STATEMENTS.commitment.event(commitmentOf(first!, 2))])
    await expect(handIn(service, commitmentOf(first!, 1))).rejects.toMatchObject({ code: 'MESSAGE_LATE' })
    expect(receipts).toEqual([])
  })
})
