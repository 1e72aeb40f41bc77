import { describe, expect, it } from 'vitest'
import type { LedgerEvent } from '../../../src/chain/index.ts'
import { ZERO_HASH } from '../../../src/protocol/index.ts'
import type { Address, Claim, Hash } from '../../../src/protocol/index.ts'
import { ClaimHistory } from '../../../src/replay/index.ts'

const hash = (number: bigint): Hash => `0x${number.toString(16).padStart(64, '0')}`
const operator: Address = `0x${'11'.repeat(20)}`
const root = ZERO_HASH

function claimOf(round: bigint): Claim {
  const roots = { membersRoot: root, gramRoot: root, traceRoot: root, transitionRoot: root, modelRoot: root, referenceRoot: root }
  return { parent: hash(round - 1n), ...roots, ledgerRoot: root, evidence: root, ledgerTotal: 0n, members: 3 }
}

/** A round opens in the transaction that posts the claim before it. */
function eventsOf(round: bigint): LedgerEvent[] {
  const at = (blockNumber: bigint, logIndex: number) => ({
    task: 1n,
    round,
    blockNumber,
    blockHash: hash(blockNumber),
    transactionHash: hash(blockNumber),
    logIndex,
  })
  const [first, claimHash] = [3n * round, hash(round)]
  return [
    { ...at(first, 1), type: 'opened', operator, operatorKey: operator, openedAt: Number(first) },
    { ...at(first + 1n, 0), type: 'forced', member: operator, commitment: hash(7n) },
    { ...at(first + 2n, 0), type: 'sealed', digest: hash(8n), count: 3, sealedAt: Number(first) + 2 },
    { ...at(first + 3n, 0), type: 'posted', claimHash, operator, claim: claimOf(round) },
  ]
}

function historyOf(rounds: bigint): { history: ClaimHistory; events: LedgerEvent[] } {
  const events: LedgerEvent[] = []
  for (let round = 1n; round <= rounds; round++) events.push(...eventsOf(round))
  const history = new ClaimHistory()
  for (const event of events) history.apply(event)
  return { history, events }
}

describe('a history that forgets', () => {
  it('keeps three rings of claims before the one whose state the node has, each with its opening and its seal', () => {
    const { history } = historyOf(500n)
    history.forget(450n)
    const claims = history.claims()
    expect([claims[0]!.round, claims.at(-1)!.round]).toEqual([450n - 192n, 500n])
    for (const { round } of claims) {
      expect(history.seat(round)).toBeDefined()
      expect(history.sealed(round)).toBeDefined()
      expect(history.forced(round).size).toBe(1)
    }
    expect(history.openedAt(450n - 193n)).toBeUndefined()
    expect(history.begin()).toMatchObject({ type: 'opened', round: 450n - 192n })
  })

  it('stays as long, however many rounds there are', () => {
    const history = new ClaimHistory()
    let most = 0
    for (let round = 1n; round <= 2000n; round++) {
      for (const event of eventsOf(round)) history.apply(event)
      history.forget(round)
      most = Math.max(most, history.events().length)
    }
    expect(most).toBeLessThan(4 * (192 + 32))
  })

  it('stays as long for an operator, whose claims are built before they are posted', () => {
    const history = new ClaimHistory()
    let most = 0
    for (let round = 1n; round <= 2000n; round++) {
      history.forget(round)
      for (const event of eventsOf(round)) history.apply(event)
      most = Math.max(most, history.events().length)
    }
    expect(most).toBeLessThan(4 * (192 + 32))
  })

  it('forgets nothing of a short history, or while it is held', () => {
    const { history } = historyOf(200n)
    history.forget(200n)
    expect(history.claims()).toHaveLength(200)
    const long = historyOf(500n).history
    const held = long.hold()
    long.forget(500n)
    expect([long.claims().length, long.begin()]).toEqual([500, undefined])
    held[Symbol.dispose]()
    long.forget(500n)
    expect(long.claims()).toHaveLength(193)
  })

  it('undoes what a reorganisation undid, and goes on', () => {
    const { history } = historyOf(500n)
    history.forget(500n)
    history.apply({ type: 'reorg', toBlock: 3n * 499n })
    expect(history.claims().at(-1)!.round).toBe(498n)
    expect(history.open()).toBe(499n)
    for (const event of eventsOf(499n).slice(1)) history.apply(event)
    expect(history.claims().at(-1)!.round).toBe(499n)
  })

  it('is whole again when it is told what it forgot', () => {
    const { history, events } = historyOf(500n)
    history.forget(500n)
    const begin = history.begin()!
    history.remember(events.slice(0, events.indexOf(begin)))
    expect(history.events()).toEqual(events)
    expect(history.claims()).toHaveLength(500)
    expect(history.begin()).toBeUndefined()
  })
})
