import { beforeEach, describe, expect, it } from 'vitest'
import { noMetrics, silentLogger } from '../../../../src/core/index.ts'
import type { PeerKey } from '../../../../src/network/index.ts'
import { MemoryTransactionJournal } from '../../../../src/chain/index.ts'
import type { LedgerEvent, TransactionIntent } from '../../../../src/chain/index.ts'
import { SentTransactions } from '../../../../src/node/chain/sent-transactions.ts'
import { Inbox, Rounds, Statements } from '../../../../src/node/index.ts'
import { commitmentOf, decide, selfWith, signStatement } from '../../../../src/protocol/index.ts'
import type { CommitmentMessage, Hash, ReceiptNoticeMessage, RoundPlan } from '../../../../src/protocol/index.ts'
import { createMemoryJournal } from '../../../../src/storage/index.ts'
import { hash, PLAN } from '../../../support/node/round-events.ts'
import { signerOf, snapshotOf } from '../../../support/node/small-task.ts'
import type { Signer } from '../../../support/node/small-task.ts'

const domain = { chainId: 1, ledger: PLAN.operator }
const members = [signerOf(1), signerOf(2), signerOf(3)]
const [me, other] = members as [Signer, Signer, Signer]
const holder = signerOf(9)
const plan: RoundPlan = {
  ...PLAN,
  members: snapshotOf(members),
  totalStake: 300n,
  operator: holder.owner,
  operatorKey: holder.account.address,
}
const PEER: PeerKey = `0x${'22'.repeat(32)}`

async function commitmentBy({ owner, account }: Signer, commitment: Hash): Promise<CommitmentMessage> {
  const body = { task: plan.task, round: plan.round, member: owner, commitment }
  return { kind: 'commitment', ...body, signature: await signStatement(domain, 'Commitment', body, account) }
}

async function receiptFor({ owner }: Signer, commitment: Hash, by = holder): Promise<ReceiptNoticeMessage> {
  const body = { task: plan.task, round: plan.round, member: owner, commitment }
  const signature = await signStatement(domain, 'Receipt', body, by.account)
  return { kind: 'receiptNotice', ...body, operatorKey: by.account.address, signature }
}

/** A node of that account, whose peers tell what they know when they are asked. */
function nodeOf({ owner }: Signer, { peers = [PEER], covered = true }: { peers?: readonly PeerKey[]; covered?: boolean } = {}) {
  const journal = createMemoryJournal()
  const rounds = new Rounds({ journal, logger: silentLogger, metrics: noMetrics })
  const sent = new SentTransactions(journal)
  const said: { code: string; round: bigint }[] = []
  const known: (CommitmentMessage | ReceiptNoticeMessage)[] = []
  let answers = true
  const statements = new Statements({
    domain,
    owner,
    speaks: true,
    rounds,
    sent,
    covers: () => covered,
    sync: {
      async ask() {
        for (const message of known) await take(message)
        return { answered: answers ? peers.length : 0, accepted: 0 }
      },
    },
    peers: () => peers,
    events: { emit: (event) => void (event.event === 'silent' && said.push({ code: event.code, round: event.round })) },
    logger: silentLogger,
    patience: 3,
  })
  const inbox = new Inbox({
    domain,
    task: plan.task,
    rounds,
    statements,
    openings: {} as never,
    agreements: {} as never,
  })
  const take = async (message: CommitmentMessage | ReceiptNoticeMessage): Promise<void> => {
    if ((await inbox.validate(message)).verdict === 'accept') inbox.accept(message)
  }
  const duties = selfWith(owner, ['train', 'commit', 'hold', 'seal', 'build', 'post'])
  return {
    rounds,
    statements,
    /** Journals a transaction, as its sender does. */
    send: async (transaction: Hash) =>
      sent.over(new MemoryTransactionJournal()).begin({ hash: transaction, key: transaction } as TransactionIntent),
    said,
    known,
    take,
    deaf: () => void (answers = false),
    look: async () => statements.look(new AbortController().signal),
    owes: (round = plan.round) => decide(rounds.state(round)!, duties).map(({ type }) => type),
  }
}

describe('a round that opened before the process', () => {
  const resumed = { ...plan, resumed: true }
  let node: ReturnType<typeof nodeOf>
  beforeEach(() => {
    node = nodeOf(me)
    node.rounds.open(resumed)
  })

  it('is silent until a peer was asked', async () => {
    expect(node.owes()).toEqual([])
    await node.look()
    expect(node.owes()).toEqual(['train'])
    expect(node.said).toEqual([])
  })

  it('is silent until the next when a peer knows a commitment that the journal does not have', async () => {
    node.known.push(await commitmentBy(me, hash(7)))
    await node.look()
    expect(node.owes()).toEqual([])
    expect(node.said).toEqual([{ code: 'STATEMENTS_UNKNOWN', round: 1n }])
    node.statements.assertAlone()
    node.rounds.open({ ...plan, round: 2n })
    expect(node.owes(2n)).toEqual(['train'])
  })

  it('goes on when the peer knows what the journal knows', async () => {
    node.rounds.dispatch(1n, { type: 'trained', updateRoot: hash(5), salt: hash(6) })
    node.known.push(await commitmentBy(me, commitmentOf(plan.task, 1n, me.owner, hash(5), hash(6))))
    await node.look()
    expect(node.owes()).toEqual(['handIn'])
    expect(node.said).toEqual([])
  })

  it('goes on by the journal when nobody answers for long', async () => {
    node.deaf()
    await node.look()
    await node.look()
    expect(node.owes()).toEqual([])
    await node.look()
    expect(node.owes()).toEqual(['train'])
  })

  it('is ended by the holder of the seat when a peer has a receipt that the journal does not have', async () => {
    const operator = nodeOf(holder)
    operator.rounds.open(resumed)
    expect(operator.owes()).toEqual([])
    expect(() => operator.statements.assertMayPromise(operator.rounds.state(1n)!)).toThrow('says nothing')
    operator.known.push(await commitmentBy(other, hash(7)), await receiptFor(other, hash(7)))
    await operator.look()
    expect(operator.owes()).toEqual(['fail'])
    expect(operator.said).toEqual([{ code: 'STATEMENTS_UNKNOWN', round: 1n }])
  })

  it('is not asked about by a node that says nothing in rounds', async () => {
    const watching = new Statements({
      domain,
      owner: me.owner,
      speaks: false,
      rounds: node.rounds,
      sent: { has: () => false },
      covers: () => true,
      sync: { ask: async () => expect.unreachable() },
      peers: () => [PEER],
      events: { emit: () => expect.unreachable() },
      logger: silentLogger,
    })
    await watching.look(new AbortController().signal)
    await watching.hear(await commitmentBy(me, hash(7)), { verdict: 'accept' })
    expect(node.rounds.state(1n)?.foreign).toBeUndefined()
  })
})

describe('a round that opened under the process', () => {
  it('shows another process with the key of a member, and the member is silent from then on', async () => {
    const node = nodeOf(me)
    node.rounds.open(plan)
    node.rounds.dispatch(1n, { type: 'trained', updateRoot: hash(5), salt: hash(6) })
    expect(node.owes()).toEqual(['commit'])
    await node.take(await commitmentBy(me, hash(7)))
    expect(node.owes()).toEqual([])
    expect(() => node.statements.assertAlone()).toThrow('another process')
    node.rounds.open({ ...plan, round: 2n })
    expect(node.owes(2n)).toEqual([])
    expect(node.said.map(({ code }) => code)).toEqual(['KEY_IN_USE_ELSEWHERE', 'KEY_IN_USE_ELSEWHERE'])
  })

  it('shows it by a second commitment too, which nobody takes', async () => {
    const node = nodeOf(me)
    node.rounds.open(plan)
    node.rounds.dispatch(1n, { type: 'trained', updateRoot: hash(5), salt: hash(6) })
    await node.take(await commitmentBy(me, commitmentOf(plan.task, 1n, me.owner, hash(5), hash(6))))
    await node.take(await commitmentBy(me, hash(7)))
    expect(node.rounds.state(1n)?.foreign).toBe('elsewhere')
  })

  it('shows it by a receipt that another process of the operator gave, and the operator is silent', async () => {
    const node = nodeOf(holder)
    node.rounds.open(plan)
    const mine = await receiptFor(me, hash(7))
    const { kind: _kind, ...given } = mine
    node.rounds.dispatch(1n, { type: 'receipt', ...given })
    await node.take(mine)
    expect(node.rounds.state(1n)?.foreign).toBeUndefined()
    await node.take(await receiptFor(other, hash(8)))
    // The other process may know what both promised: this one does not end its round.
    expect(node.owes()).toEqual([])
    expect(() => node.statements.assertMayPromise(node.rounds.state(1n)!)).toThrow('another process')
  })

  it('shows it by what the chain has by the key of the operator, and what the operator did not send', async () => {
    const opened = { type: 'opened', operator: holder.owner, round: 1n, transactionHash: hash(71) } as LedgerEvent
    const sealed = { type: 'sealed', round: 1n, transactionHash: hash(72) } as LedgerEvent
    const posted = { type: 'posted', operator: holder.owner, round: 1n, transactionHash: hash(73) } as LedgerEvent
    for (const missing of [hash(71), hash(72), hash(73), undefined]) {
      const node = nodeOf(holder)
      // What happened before the node ran was sent by an earlier process.
      node.statements.onEvent(posted)
      node.statements.begin()
      for (const hashOf of [hash(71), hash(72), hash(73)]) if (hashOf !== missing) await node.send(hashOf)
      node.statements.onEvent({ type: 'emptied' } as LedgerEvent)
      node.statements.onEvent(opened)
      node.rounds.open(plan)
      node.statements.onEvent(sealed)
      node.statements.onEvent(posted)
      expect(node.rounds.state(1n)?.foreign).toBe(missing && 'elsewhere')
    }
  })

  it('shows an earlier process where the journal does not cover the round', () => {
    const node = nodeOf(holder, { covered: false })
    node.statements.begin()
    node.rounds.open({ ...plan, resumed: true })
    node.statements.onEvent({ type: 'sealed', round: 1n, transactionHash: hash(72) } as LedgerEvent)
    expect(node.rounds.state(1n)?.foreign).toBe('before')
    expect(node.owes()).toEqual(['fail'])
    node.statements.assertAlone()
  })

  it('is not that of another process when a reorganisation undid that the seat was empty', () => {
    const node = nodeOf(holder)
    node.statements.begin()
    for (const type of ['waiting', 'emptied', 'reorg']) node.statements.onEvent({ type } as LedgerEvent)
    node.statements.onEvent({ type: 'opened', operator: holder.owner, round: 1n, transactionHash: hash(71) } as LedgerEvent)
    node.statements.assertAlone()
  })

  it('is not that of another process when somebody opens it for a holder that waited', () => {
    const node = nodeOf(holder)
    node.statements.begin()
    node.statements.onEvent({ type: 'waiting' } as LedgerEvent)
    node.statements.onEvent({ type: 'opened', operator: holder.owner, round: 1n, transactionHash: hash(71) } as LedgerEvent)
    node.rounds.open(plan)
    node.statements.assertAlone()
  })

  it('is not silenced by statements that somebody else signed, or made for others', async () => {
    const node = nodeOf(me)
    node.rounds.open(plan)
    node.rounds.dispatch(1n, { type: 'trained', updateRoot: hash(5), salt: hash(6) })
    await node.take(await commitmentBy(me, commitmentOf(plan.task, 1n, me.owner, hash(5), hash(6))))
    await node.take({ ...(await commitmentBy(other, hash(7))), member: me.owner })
    await node.take(await commitmentBy(other, hash(7)))
    await node.take(await receiptFor(other, hash(7)))
    expect(node.rounds.state(1n)?.foreign).toBeUndefined()
    const operator = nodeOf(holder)
    operator.rounds.open(plan)
    await operator.take({ ...(await receiptFor(me, hash(7), other)), operatorKey: holder.account.address })
    expect(operator.rounds.state(1n)?.foreign).toBeUndefined()
  })
})
