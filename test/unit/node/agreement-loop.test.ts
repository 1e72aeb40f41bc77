import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { QuorateError, silentLogger } from '../../../src/core/index.ts'
import { agree, AgreementLoop, Agreements, NodeEvents, saidIn, Voice } from '../../../src/node/index.ts'
import type { Message } from '../../../src/protocol/index.ts'
import { createMemoryJournal } from '../../../src/storage/index.ts'
import type { Journal } from '../../../src/storage/index.ts'
import { agreementTo, ClaimChain, DOMAIN, signer, snapshotOfSigners, TASK } from '../../support/claim-chain.ts'

const [self, other, outsider] = [signer(1), signer(2), signer(3)]
const EVERY = 1000

let chain: ClaimChain
let journal: Journal
let agreements: Agreements
let loop: AgreementLoop
let published: Message[]
let asked: bigint[]
let final: bigint
/** Rounds whose state this node holds. */
let verified: Set<bigint>
let contradicted: Set<bigint>
let down: boolean

function make(who = self, quiet = false): void {
  agreements = new Agreements({
    domain: DOMAIN,
    task: TASK,
    quorumBps: 6667,
    journal,
    history: chain.history,
    snapshotOf: async () => {
      if (down) throw new QuorateError('RPC_UNREACHABLE', 'no node')
      return snapshotOfSigners([self, other])
    },
    isFinal: async (round) => round <= final,
    files: { put: () => {}, drop: () => {}, recover: async () => [] },
    events: new NodeEvents(silentLogger),
    logger: silentLogger,
  })
  const publish = async (message: Message): Promise<void> => void published.push(message)
  const voice = new Voice({ domain: DOMAIN, owner: who.owner, account: who.key, said: saidIn(journal), publish })
  loop = new AgreementLoop({
    self: who.owner,
    agreements,
    ...(!quiet && { agree: agree({ task: { id: TASK, domain: DOMAIN, spec: undefined as never, document: '' }, voice }) }),
    states: {
      head: (hash) => ([...verified].some((round) => chain.history.claim(round)?.claimHash === hash) ? ({} as never) : undefined),
    },
    verified: async ({ round }) => !contradicted.has(round),
    publish,
    sync: {
      sync: async (round) => {
        asked.push(round)
        return 0
      },
    },
    logger: silentLogger,
    everyMs: EVERY,
  })
}
const rounds = (): bigint[] => published.map(({ round }) => round)
const agreed = async (...expected: bigint[]): Promise<void> =>
  vi.waitFor(() => expect(rounds()).toEqual(expected), { timeout: 60_000 })

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  chain = new ClaimChain()
  journal = createMemoryJournal()
  ;[published, asked, verified, contradicted, final, down] = [[], [], new Set(), new Set(), 0n, false]
})
afterEach(async () => {
  await loop.stop()
  vi.useRealTimers()
})

describe('the duty of agreeing', () => {
  it('after a start, signs every claim that stands, is not final and was verified before', async () => {
    for (const round of [1n, 2n, 3n, 4n]) chain.post(round)
    ;[verified, final] = [new Set([1n, 2n, 3n]), 1n]
    make()
    await loop.start()
    await agreed(2n, 3n)
    expect(published[0]).toEqual(await agreementTo(chain.history.claim(2n)!, self))
    expect(agreements.has(chain.history.claim(3n)!.claimHash, self.owner)).toBe(true)
  })

  it('signs a claim when it is verified, live or caught up with, and once', async () => {
    chain.post(1n)
    make()
    await loop.start()
    loop.look()
    expect(rounds()).toEqual([])
    verified.add(1n)
    loop.look()
    loop.look()
    await agreed(1n)
    await loop.stop()
    make()
    await loop.start()
    chain.post(2n)
    verified.add(2n)
    loop.onEvent({ type: 'posted' } as never)
    await agreed(1n, 2n)
  })

  it('signs no claim whose rows a signed statement contradicts', async () => {
    for (const round of [1n, 2n]) chain.post(round)
    ;[verified, contradicted] = [new Set([1n, 2n]), new Set([1n])]
    make()
    await loop.start()
    await agreed(2n)
    contradicted.clear()
    loop.look()
    await agreed(2n, 1n)
  })

  it('signs nothing without stake in the snapshot, and nothing without the duty', async () => {
    chain.post(1n)
    verified.add(1n)
    for (const change of [() => make(outsider), () => make(self, true)]) {
      change()
      await loop.start()
      for (let i = 0; i < 3; i++) await vi.advanceTimersByTimeAsync(EVERY)
      await loop.stop()
      expect(agreements.open()).toHaveLength(1)
      expect(rounds()).toEqual([])
    }
  })

  it('signs once the chain answers again', async () => {
    chain.post(1n)
    verified.add(1n)
    down = true
    make()
    await loop.start()
    await vi.advanceTimersByTimeAsync(EVERY)
    expect(rounds()).toEqual([])
    down = false
    await vi.advanceTimersByTimeAsync(EVERY)
    await agreed(1n)
  })

  it('drops at once what a rejection or a reorganisation undoes', async () => {
    const first = chain.post(1n)
    const block = chain.block
    const second = chain.post(2n)
    verified = new Set([1n, 2n])
    make()
    await loop.start()
    await agreed(1n, 2n)
    chain.reorg(block)
    loop.onEvent({ type: 'reorg', toBlock: block })
    expect(agreements.of(second.claimHash).size).toBe(0)
    expect(agreements.of(first.claimHash).size).toBe(1)
    chain.reject(1n)
    loop.onEvent({ type: 'rejected' } as never)
    expect(agreements.of(first.claimHash).size).toBe(0)
    expect(journal.entries('agreement/')).toEqual([])
  })
})

describe('what peers are asked', () => {
  it('is two rounds at a time, each in its turn, until there is a quorum', async () => {
    for (const round of [1n, 2n, 3n, 4n, 5n]) chain.post(round)
    make()
    await loop.start()
    expect(asked).toEqual([5n])
    await vi.advanceTimersByTimeAsync(0)
    expect(asked).toEqual([5n, 4n])
    for (let i = 0; i < 2; i++) await vi.advanceTimersByTimeAsync(EVERY)
    expect(asked).toEqual([5n, 4n, 3n, 2n, 1n, 5n])
    for (const who of [self, other]) {
      const message = await agreementTo(chain.history.claim(5n)!, who)
      expect(await agreements.validate(message)).toMatchObject({ verdict: 'accept' })
      agreements.take(message)
    }
    asked = []
    for (let i = 0; i < 3; i++) await vi.advanceTimersByTimeAsync(EVERY)
    expect(asked).toEqual([])
  })
})
