import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { recordedEvents } from '../support/events.ts'
import type { AnyEvent } from '../support/events.ts'
import { keccak256, stringToBytes } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import {
  ChainClock,
  expireRequest,
  finalizeWithQuorum,
  MemoryTransactionJournal,
  mintDevelopmentTokens,
  readAccount,
  readCourt,
  readRequests,
  readRound,
  storedTransactionJournal,
  TransactionSender,
} from '../../src/chain/index.ts'
import { noMetrics, QuorateError, silentLogger } from '../../src/core/index.ts'
import { decodeOpening, encodeOpening, findFraud } from '../../src/judge/index.ts'
import type { ClaimParts } from '../../src/judge/index.ts'
import { Answerer, CourtDispute, patientReports, Watcher } from '../../src/node/index.ts'
import type { Dispute, Investigator, NodeEvents, WatcherOptions } from '../../src/node/index.ts'
import { CourtTree, fileHash, signStatement, ZERO_HASH } from '../../src/protocol/index.ts'
import type { LedgerLeaf } from '../../src/protocol/index.ts'
import { createMemoryJournal } from '../../src/storage/index.ts'
import { FALSE_CLAIM, postRound, startJudgedChain, memberSender, wealthOf } from '../support/judge/judged-chain.ts'
import { everyProof } from '../support/judge/every-proof.ts'
import { mutate } from '../support/judge/mutations.ts'
import { MEMBERS, randomOf, TASK } from '../support/judge/random-round.ts'
import type { RandomRound } from '../support/judge/random-round.ts'
import { hotSender } from './chain/harness.ts'
import { signedRound, unsigned } from '../support/judge/signed-round.ts'
import type { SignedRound } from '../support/judge/signed-round.ts'
import type { TestChain } from './chain/harness.ts'
import { LONG } from '../support/long.ts'

/** What an operator may get wrong, and a round that has such a part. `npm test` has every fifth. */
const FAULTS = [
  'row: attestation left out',
  'row: slot',
  'row: member',
  'row: weight',
  'row: beta',
  'row: score',
  'row: called a bad value',
  'row: called out of bounds',
  'rows: one more',
  'rows: swapped',
  'gram: segment',
  'gram: node',
  'transition: row',
  'transition: old model',
  'transition: new model',
  'transition: new reference',
  'transition: a row too many',
  'model: leaf',
  'ledger: reward',
  'ledger: strikes',
  'ledger: total',
]

/** Nothing contradicts the rows. */
const nothing = async (): Promise<undefined> => undefined

/** The first random round in which the fault is possible, and the lie. */
async function lie(fault: string): Promise<{ round: SignedRound; posted: ClaimParts }> {
  for (let seed = 1; ; seed++) {
    const round = await signedRound(seed)
    const posted = round.honest.rows.length > 3 ? await mutate(round, fault, randomOf(seed)) : undefined
    if (posted && (await findFraud(posted.parts, unsigned(round.known), round.honest))) return { round, posted: posted.parts }
  }
}

/** Finds the fault as a node does: from the bytes of the opening and its own replay. */
function investigate({ honest, known }: SignedRound, posted: ClaimParts): Investigator {
  const bytes = encodeOpening(posted)
  return async ({ claimHash }) => {
    const { task, round, spec, parent, previous, updates } = honest
    const opened = decodeOpening(bytes, { task, round, spec, parent, previous, updates, claimHash })
    const proof = await findFraud(opened, unsigned(known), honest)
    return proof ? { kind: 'proof', proof } : { kind: 'sound' }
  }
}

describe('the watcher on a chain', () => {
  let on: TestChain
  let untouched: `0x${string}`

  beforeAll(async () => {
    on = await startJudgedChain()
  }, 120_000)

  afterAll(async () => on[Symbol.asyncDispose]())

  function watcher(account: number, options: Partial<WatcherOptions> & Pick<WatcherOptions, 'investigate'>) {
    const { events, told } = recordedEvents()
    const { address } = memberSender(on, account)
    const made = new Watcher({
      contracts: on.contracts,
      task: TASK,
      sender: new TransactionSender({ chain: on.chain, account: memberSender(on, account).account }),
      recipient: address,
      journal: createMemoryJournal(),
      logger: silentLogger,
      metrics: noMetrics,
      retryMs: 10,
      events,
      ...options,
    })
    return { watcher: made, events: told, address }
  }

  async function onFreshTask(body: () => Promise<void>): Promise<void> {
    untouched = await on.test.snapshot()
    try {
      await body()
    } finally {
      await on.revert(untouched)
    }
  }

  async function chainClock(): Promise<{
    now: () => number
    refresh: () => Promise<unknown>
    [Symbol.asyncDispose]: () => Promise<void>
  }> {
    const clock = new ChainClock({ chain: on.chain, logger: silentLogger, pollingIntervalMs: 20 })
    await clock.start()
    return { now: () => clock.now(), refresh: async () => clock.refresh(), [Symbol.asyncDispose]: async () => clock.stop() }
  }

  function courtDispute(
    { honest }: RandomRound,
    now: () => number,
    sender: TransactionSender,
    events: NodeEvents = recordedEvents().events,
  ): CourtDispute {
    const { contracts, deployment } = on
    return new CourtDispute({
      contracts,
      task: TASK,
      spec: honest.spec,
      sender,
      fromBlock: deployment.fromBlock,
      now,
      events,
      logger: silentLogger,
      patienceMs: 0,
    })
  }

  const domain = () => ({ chainId: on.chain.chainId, ledger: on.contracts.ledger })

  const statusOf = async ({ round }: Dispute) =>
    (await readRound(on.chain, { ledger: on.contracts.ledger, task: TASK, round })).status

  it.each(LONG ? FAULTS : FAULTS.filter((_, index) => index % 5 === 0))('proves %s wrong and earns the bounty', async (fault) => {
    await onFreshTask(async () => {
      const { round, posted } = await lie(fault)
      const dispute = await postRound(on, round, posted)
      const { watcher: one, events, address } = watcher(3, { investigate: investigate(round, posted) })
      const { vault } = on.contracts
      const before = await readAccount(on.chain, { vault, task: TASK, owner: dispute.operator })
      one.dispute(dispute)
      await one.settled()
      expect(await statusOf(dispute)).toBe('void')
      const [fraud, ended] = events
      expect(fraud).toMatchObject({
        event: 'fraud',
        round: 2n,
        claimHash: dispute.claimHash,
        proof: (await findFraud(posted, unsigned(round.known), round.honest))!.functionName,
        operatorSlashed: FALSE_CLAIM,
        bounty: FALSE_CLAIM / 5n,
        burned: (4n * FALSE_CLAIM) / 5n,
      })
      expect(ended).toMatchObject({ event: 'disputeEnded', outcome: 'rejected' })
      expect(await wealthOf(on, address)).toBe(FALSE_CLAIM / 5n)
      const after = await readAccount(on.chain, { vault, task: TASK, owner: dispute.operator })
      expect(before.bonded - after.bonded).toBe(FALSE_CLAIM)
    })
  })

  it('sends nothing against an honest claim', async () => {
    await onFreshTask(async () => {
      const round = await signedRound(5)
      const dispute = await postRound(on, round, round.honest)
      const { watcher: one, events, address } = watcher(3, { investigate: investigate(round, round.honest) })
      const nonce = await on.chain.publicClient.getTransactionCount({ address })
      one.dispute(dispute)
      await one.settled()
      expect(await on.chain.publicClient.getTransactionCount({ address })).toBe(nonce)
      expect(events).toMatchObject([{ event: 'disputeEnded', outcome: 'sound' }])
      expect(await statusOf(dispute)).toBe('posted')
    })
  })

  it('says once what stands in the way, also where several things do in turn', async () => {
    await onFreshTask(async () => {
      const { round, posted } = await lie('gram: segment')
      const dispute = await postRound(on, round, posted)
      const enough = Promise.withResolvers<void>()
      let steps = 0
      const { watcher: one, events } = watcher(3, {
        investigate: async () => ({ kind: 'withheld', what: 'opening', own: round.honest, replayed: true, rowProof: nothing }),
        court: {
          step: async () => {
            if (++steps === 4) enough.resolve()
            throw new QuorateError('TOKEN_BALANCE_TOO_LOW', 'no tokens for a bond')
          },
          settle: async () => {},
        },
      })
      one.dispute(dispute)
      await enough.promise
      await one.stop()
      expect(events.map(({ event }) => event)).toEqual(['disputed', 'unfunded'])
    })
  })

  it('looks seldom into an honest claim that stands, however often its evidence is missed', async () => {
    await onFreshTask(async () => {
      const round = await signedRound(5)
      const dispute = await postRound(on, round, round.honest)
      let looks = 0
      const { watcher: one, events } = watcher(3, {
        investigate: async () => {
          looks++
          return { kind: 'sound' }
        },
      })
      const nobody = (): void => {}
      const reports = patientReports({
        matched: nobody,
        mismatched: nobody,
        unavailable: (posted) => one.dispute({ ...posted }),
      })
      // Its operator is down, and the duty tries every second.
      for (let tries = 0; tries < 96; tries++) {
        reports.unavailable(dispute)
        await one.settled()
      }
      expect(looks).toBe(6)
      expect(events).toHaveLength(6)
    })
  })

  it('does not send a proof that would fail, from any source', async () => {
    await onFreshTask(async () => {
      const round = await signedRound(5)
      const dispute = await postRound(on, round, round.honest)
      const [proof] = await everyProof(round, randomOf(5))
      const enough = Promise.withResolvers<void>()
      let tries = 0
      const { watcher: one, address } = watcher(3, {
        investigate: async () => ({ kind: 'proof', proof: proof! }),
        metrics: { ...noMetrics, count: () => ++tries === 3 && enough.resolve() },
      })
      const nonce = await on.chain.publicClient.getTransactionCount({ address })
      one.dispute(dispute)
      await enough.promise
      await one.stop()
      expect(await on.chain.publicClient.getTransactionCount({ address })).toBe(nonce)
      expect(await statusOf(dispute)).toBe('posted')
    })
  })

  it('ends quietly when another watcher is faster', async () => {
    await onFreshTask(async () => {
      const { round, posted } = await lie('gram: segment')
      const dispute = await postRound(on, round, posted)
      const both = [3, 4].map((account) => watcher(account, { investigate: investigate(round, posted) }))
      for (const { watcher: one } of both) one.dispute(dispute)
      await Promise.all(both.map(async ({ watcher: one }) => one.settled()))
      expect(await statusOf(dispute)).toBe('void')
      const events = both.flatMap((one) => one.events)
      expect(events.filter(({ event }) => event === 'fraud')).toHaveLength(1)
      expect(events.filter(({ event }) => event === 'disputeEnded').map(({ outcome }) => outcome)).toEqual([
        'rejected',
        'rejected',
      ])
    })
  })

  it('goes on where a killed watcher stopped, at whatever step', async () => {
    for (const step of ['before the proof is known', 'before the reservation', 'before the proof']) {
      await onFreshTask(async () => {
        const { round, posted } = await lie('model: leaf')
        const dispute = await postRound(on, round, posted)
        const journal = createMemoryJournal()
        const transactions = storedTransactionJournal(journal)
        let left = ['before the proof is known', 'before the reservation', 'before the proof'].indexOf(step)
        // The process dies when it is about to write down its next step.
        const dying = {
          ...transactions,
          begin: (intent: Parameters<typeof transactions.begin>[0]) => {
            if (left-- <= 1) throw new Error('killed')
            return transactions.begin(intent)
          },
        }
        const killed = Promise.withResolvers<void>()
        const first = watcher(3, {
          investigate: async (...known) => {
            if (left > 0) return investigate(round, posted)(...known)
            killed.resolve()
            throw new Error('killed')
          },
          sender: new TransactionSender({ chain: on.chain, account: memberSender(on, 3).account, journal: dying }),
          metrics: { ...noMetrics, count: () => killed.resolve() },
          journal,
        })
        first.watcher.dispute(dispute)
        await killed.promise
        await first.watcher.stop()
        expect(await statusOf(dispute)).toBe('posted')

        const second = watcher(3, {
          investigate: investigate(round, posted),
          sender: new TransactionSender({ chain: on.chain, account: memberSender(on, 3).account, journal: transactions }),
          journal,
        })
        await second.watcher.start()
        await second.watcher.settled()
        expect(await statusOf(dispute), step).toBe('void')
        expect(second.events[0]).toMatchObject({ event: 'fraud', bounty: FALSE_CLAIM / 5n })
        expect(journal.entries('dispute/')).toEqual([])
        expect(journal.entries('transaction/')).toEqual([])
      })
    }
  })

  it('says that its account is empty and proves once it is funded', async () => {
    await onFreshTask(async () => {
      const { round, posted } = await lie('ledger: total')
      const dispute = await postRound(on, round, posted)
      const account = privateKeyToAccount(`0x${'57'.repeat(32)}`)
      const told = Promise.withResolvers<AnyEvent>()
      const ended = Promise.withResolvers<AnyEvent>()
      const { watcher: poor } = watcher(3, {
        investigate: investigate(round, posted),
        sender: new TransactionSender({ chain: on.chain, account, journal: new MemoryTransactionJournal() }),
        events: recordedEvents((event) =>
          (event.event === 'unfunded' ? told : event.event === 'fraud' ? ended : undefined)?.resolve(event),
        ).events,
      })
      poor.dispute(dispute)
      expect(await told.promise).toMatchObject({ code: 'INSUFFICIENT_FUNDS', address: account.address.toLowerCase() })
      expect(await statusOf(dispute)).toBe('posted')
      await on.test.setBalance({ address: account.address, value: 10n ** 18n })
      expect(await ended.promise).toMatchObject({ proof: 'proveLedgerTotal' })
      await poor.settled()
      expect(await statusOf(dispute)).toBe('void')
    })
  })

  it('has withheld data asked for, and the claim rejected when nobody answers', async () => {
    await onFreshTask(async () => {
      const { round, posted } = await lie('gram: segment')
      const dispute = await postRound(on, round, posted)
      const { token } = on.contracts
      const { address } = memberSender(on, 3)
      const { unitBond, answerWindow } = await readCourt(on.chain, { court: on.deployment.court, task: TASK })
      await mintDevelopmentTokens(on.governor, { token, to: address, amount: unitBond })
      await using clock = await chainClock()
      const asked = Promise.withResolvers<AnyEvent>()
      const fraud = Promise.withResolvers<AnyEvent>()
      const { events } = recordedEvents((event) =>
        (event.event === 'courtRequest' ? asked : event.event === 'fraud' ? fraud : undefined)?.resolve(event),
      )
      const sender = new TransactionSender({ chain: on.chain, account: memberSender(on, 3).account })
      const court = courtDispute(round, clock.now, sender, events)
      const { watcher: one } = watcher(3, {
        investigate: async () => ({ kind: 'withheld', what: 'opening', own: round.honest, replayed: true, rowProof: nothing }),
        sender,
        court,
        events,
      })
      one.dispute(dispute)
      expect(await asked.promise).toMatchObject({ round: 2n, tree: CourtTree.gram })
      expect(await wealthOf(on, address)).toBe(0n)
      expect(await statusOf(dispute)).toBe('posted')
      await on.pass(Number(answerWindow))
      expect(await fraud.promise).toMatchObject({
        proof: 'rejectWithheld',
        operatorSlashed: FALSE_CLAIM,
        bounty: FALSE_CLAIM / 5n,
      })
      await one.settled()
      expect(await statusOf(dispute)).toBe('void')
      expect(await wealthOf(on, address)).toBe(unitBond + FALSE_CLAIM / 5n)
    })
  })

  it('loses its bond to the operator of an honest claim, which answers', async () => {
    await onFreshTask(async () => {
      const round = await signedRound(5)
      const { honest } = round
      const dispute = await postRound(on, round, honest)
      const { token } = on.contracts
      const { address } = memberSender(on, 3)
      const { unitBond } = await readCourt(on.chain, { court: on.deployment.court, task: TASK })
      await mintDevelopmentTokens(on.governor, { token, to: address, amount: unitBond })
      await using clock = await chainClock()
      const court = courtDispute(round, clock.now, memberSender(on, 3))
      // It believes in another reward, and that the operator keeps quiet about it.
      const [[slot, leaf]] = [...honest.ledger] as [[number, LedgerLeaf]]
      const own = { ...honest, ledger: new Map(honest.ledger).set(slot, { ...leaf, strikes: leaf.strikes + 1 }) }
      const finding = { kind: 'withheld', what: 'opening', own, replayed: true, rowProof: nothing } as const
      const step = async () => court.step(dispute, finding, new AbortController().signal)
      await step()
      const bytes = encodeOpening(honest)
      const { previous, parent, spec } = honest
      const state = { ...previous, round: 1n, height: 1, claim: parent.claim, claimHash: dispute.claim.parent, ledgerTotal: 0n }
      let restored = false
      const answerer = new Answerer({
        ports: {
          task: { id: TASK, domain: domain(), spec, document: '' },
          supply: {} as never,
          metrics: noMetrics,
          stores: {
            states: { load: async () => state } as never,
            // The disk lost it, and a replay makes it again.
            documents: {
              async get() {
                if (!restored) throw new QuorateError('BLOB_NOT_FOUND', 'the opening was damaged on disk')
                return bytes
              },
            } as never,
            updates: { has: async () => false } as never,
            openings: { own: () => fileHash(bytes) } as never,
          } as never,
        },
        contracts: on.contracts,
        sender: hotSender(on, 1),
        claims: () => [{ ...dispute, transactionHash: dispute.claimHash }],
        restore: async () => void (restored = true),
        self: dispute.operator,
        fromBlock: 0n,
        now: clock.now,
        logger: silentLogger,
      })
      await answerer.answerAll()
      expect(await wealthOf(on, on.hot(1).address)).toBe(unitBond)
      const requests = await readRequests(on.chain, { court: on.deployment.court, task: TASK, round: 2n })
      expect(requests).toMatchObject([{ status: 'answered' }])
      // Nothing is left to answer, and no bond to ask again.
      await answerer.answerAll()
      await expect(step()).rejects.toMatchObject({ code: 'TOKEN_BALANCE_TOO_LOW' })
      expect(await statusOf(dispute)).toBe('posted')
    })
  })

  it('rejects nothing that a quorum agreed to: a node that cannot answer makes the claim final in the last quarter of the window', async () => {
    await onFreshTask(async () => {
      const round = await signedRound(5)
      const { honest } = round
      const dispute = await postRound(on, round, honest)
      const { court } = on.deployment
      const { unitBond, answerWindow } = await readCourt(on.chain, { court, task: TASK })
      const asker = memberSender(on, 3)
      await mintDevelopmentTokens(on.governor, { token: on.contracts.token, to: asker.address, amount: unitBond })
      await using clock = await chainClock()
      const [[slot, leaf]] = [...honest.ledger] as [[number, LedgerLeaf]]
      const own = { ...honest, ledger: new Map(honest.ledger).set(slot, { ...leaf, strikes: leaf.strikes + 1 }) }
      const finding = { kind: 'withheld', what: 'opening', own, replayed: true, rowProof: nothing } as const
      await courtDispute(round, clock.now, asker).step(dispute, finding, new AbortController().signal)
      const agreements = await Promise.all(
        MEMBERS.map(async (_, i) => {
          const body = { task: TASK, round: dispute.round, claim: dispute.claimHash }
          const key = privateKeyToAccount(keccak256(stringToBytes(`m${i} key`)))
          return { member: memberSender(on, i).address, signature: await signStatement(domain(), 'Agreement', body, key) }
        }),
      )
      const finalise = { ledger: on.contracts.ledger, task: TASK, round: dispute.round, claimHash: dispute.claimHash, agreements }
      const asked: bigint[] = []
      const answerer = new Answerer({
        ports: {
          task: { id: TASK, domain: domain(), spec: honest.spec, document: '' },
          supply: {} as never,
          metrics: noMetrics,
          stores: { openings: { own: () => ZERO_HASH } } as never,
        },
        contracts: on.contracts,
        sender: hotSender(on, 2),
        claims: () => [{ ...dispute, transactionHash: dispute.claimHash }],
        async settle({ round: of }, signal) {
          asked.push(of)
          await finalizeWithQuorum(on.governor, { ...finalise, signal })
          return true
        },
        self: hotSender(on, 2).address,
        fromBlock: 0n,
        now: clock.now,
        logger: silentLogger,
      })
      await answerer.answerAll()
      expect(asked).toEqual([])
      await on.pass(Math.ceil((Number(answerWindow) * 3) / 4))
      await clock.refresh()
      await answerer.answerAll()
      expect(asked).toEqual([dispute.round])
      expect(await statusOf(dispute)).toBe('final')
      // It is final already: nobody pays for that twice, and nobody can expire the request.
      await answerer.answerAll()
      expect(asked).toEqual([dispute.round])
      await on.pass(Number(answerWindow))
      const [request] = await readRequests(on.chain, { court, task: TASK, round: dispute.round })
      await expect(expireRequest(asker, { court, target: request!.target })).rejects.toMatchObject({
        details: { error: 'ClaimGone' },
      })
      expect(await statusOf(dispute)).toBe('final')
    })
  })

  it('gives up when the claim is final', async () => {
    await onFreshTask(async () => {
      const { round, posted } = await lie('ledger: total')
      const dispute = await postRound(on, round, posted)
      await on.pass(10_000)
      const { watcher: late, events } = watcher(3, { investigate: investigate(round, posted) })
      late.dispute(dispute)
      await late.settled()
      expect(events).toMatchObject([{ event: 'disputeEnded', outcome: 'final' }])
    })
  })

  // Last: the chain mines at once from here on, and no more by the second.
  it('pays one of two whose proofs are in the same block, and the other ends quietly', async () => {
    await onFreshTask(async () => {
      const { round, posted } = await lie('transition: new model')
      const dispute = await postRound(on, round, posted)
      const both = [3, 4].map((account) => watcher(account, { investigate: investigate(round, posted) }))
      const nonces = async (): Promise<number[]> =>
        Promise.all(both.map(async ({ address }) => on.chain.publicClient.getTransactionCount({ address })))
      const before = await nonces()
      await on.test.setIntervalMining({ interval: 0 })
      await on.test.setAutomine(false)
      try {
        for (const { watcher: one } of both) one.dispute(dispute)
        // Reservations, then proofs.
        for (let block = 0; block < 2; block++) {
          await vi.waitUntil(async () => (await on.test.getTxpoolStatus()).pending === 2, { timeout: 60_000 })
          await on.test.mine({ blocks: 1 })
        }
      } finally {
        await on.test.setAutomine(true)
      }
      await Promise.all(both.map(async ({ watcher: one }) => one.settled()))
      expect(await nonces()).toEqual(before.map((nonce) => nonce + 2))
      expect(await statusOf(dispute)).toBe('void')
      const events = both.flatMap((one) => one.events)
      expect(events.filter(({ event }) => event === 'fraud')).toMatchObject([{ bounty: FALSE_CLAIM / 5n }])
      expect(events.filter(({ event }) => event === 'disputeEnded').map(({ outcome }) => outcome)).toEqual([
        'rejected',
        'rejected',
      ])
      const paid = await Promise.all(both.map(async ({ address }) => wealthOf(on, address)))
      expect(paid.toSorted((a, b) => Number(a - b))).toEqual([0n, FALSE_CLAIM / 5n])
    })
  })
})
