import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { QuorateError, silentLogger } from '../../../src/core/index.ts'
import { AgreementFiles, Agreements, loadAgreements, newestFinal, NodeEvents } from '../../../src/node/index.ts'
import type { AgreementsOptions, NodeEvent } from '../../../src/node/index.ts'
import type { AgreementMessage } from '../../../src/protocol/index.ts'
import { openJournal } from '../../../src/storage/index.ts'
import type { Journal } from '../../../src/storage/index.ts'
import fc from '../../support/fast-check.ts'
import { agreementTo, ClaimChain, DOMAIN, signer, snapshotOfSigners, TASK } from '../../support/claim-chain.ts'

const [one, two, three, four, stranger] = [signer(1), signer(2), signer(3), signer(4), signer(5)]
const { signal } = new AbortController()

/** A node's agreements over a real journal and real files, and the chain it sees. */
let folder: string
let journal: Journal
let files: AgreementFiles
let chain: ClaimChain
let told: NodeEvent[]
/** The newest final round, as the ledger has it. */
let final = 0n
let reads = 0

function open(change: Partial<AgreementsOptions> = {}): Agreements {
  const events = new NodeEvents(silentLogger)
  events.onAny((event) => told.push(event))
  return new Agreements({
    domain: DOMAIN,
    task: TASK,
    quorumBps: 6667,
    journal,
    history: chain.history,
    snapshotOf: async () => {
      reads++
      return snapshotOfSigners([one, two, three, four])
    },
    isFinal: async (round) => round <= final,
    files,
    events,
    logger: silentLogger,
    ...change,
  })
}

async function take(agreements: Agreements, ...messages: AgreementMessage[]): Promise<string[]> {
  const codes: string[] = []
  for (const message of messages) {
    const result = await agreements.validate(message)
    codes.push(result.verdict === 'accept' ? 'OK' : result.code)
    if (result.verdict === 'accept') agreements.take(message)
  }
  return codes
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quorate-agreements-'))
  journal = openJournal(folder)
  files = new AgreementFiles(join(folder, 'agreements'), silentLogger)
  chain = new ClaimChain()
  told = []
  final = 0n
  reads = 0
})
afterEach(async () => {
  await files.settled()
  journal.close()
  await rm(folder, { recursive: true })
})

describe('agreements to a claim', () => {
  it('are taken from members of its snapshot, signed by the key of that time', async () => {
    const posted = chain.post(1n)
    const agreements = open()
    await agreements.begin()
    const valid = await agreementTo(posted, one)
    expect(await agreements.validate({ ...valid, task: 2n })).toMatchObject({ verdict: 'reject', code: 'MESSAGE_WRONG_TASK' })
    expect(await agreements.validate(await agreementTo(posted, stranger))).toMatchObject({
      verdict: 'reject',
      code: 'MEMBER_UNKNOWN',
    })
    const newKey = { owner: one.owner, key: signer(77).key }
    expect(await agreements.validate(await agreementTo(posted, newKey))).toMatchObject({
      verdict: 'reject',
      code: 'SIGNATURE_INVALID',
    })
    expect(await take(agreements, valid, valid)).toEqual(['OK', 'MESSAGE_REPLAYED'])
    expect([...agreements.of(posted.claimHash)]).toEqual([[one.owner, valid.signature]])
    expect(agreements.messages(1n)).toEqual([valid])
    expect(agreements.count(1n)).toBe(1)
    // The snapshot of a claim is read once.
    expect(reads).toBe(1)
  })

  it('wait for the claim that they are about', async () => {
    const agreements = open()
    await agreements.begin()
    const next = new ClaimChain().post(1n)
    const message = await agreementTo(next, one)
    expect(await take(agreements, message)).toEqual(['MESSAGE_EARLY'])
    chain.post(1n, 7)
    expect(await take(agreements, message)).toEqual(['MESSAGE_EARLY'])
    chain.reject(1n)
    chain.post(1n)
    expect(await take(agreements, message)).toEqual(['OK'])
  })

  it('are ignored while the snapshot cannot be read, and taken afterwards', async () => {
    let down = true
    const posted = chain.post(1n)
    const agreements = open({
      snapshotOf: async () => {
        if (down) throw new QuorateError('RPC_UNREACHABLE', 'no node')
        return snapshotOfSigners([one, two])
      },
    })
    await agreements.begin()
    const message = await agreementTo(posted, one)
    expect(await agreements.validate(message)).toMatchObject({ verdict: 'ignore', code: 'RPC_UNREACHABLE' })
    down = false
    expect(await take(agreements, message)).toEqual(['OK'])
  })

  it('reach the quorum of the task, for any quorum; the event comes once', async () => {
    const posted = chain.post(1n)
    const stakes = [51n, 20n, 20n, 9n]
    const agreements = open({ quorumBps: 8000, snapshotOf: async () => snapshotOfSigners([one, two, three, four], stakes) })
    await agreements.begin()
    const all = await Promise.all([one, two, four, three].map(async (who) => agreementTo(posted, who)))
    await take(agreements, ...all.slice(0, 3))
    // 80 of 100 is the quorum; 51 + 20 + 9 is exactly that.
    const { claimHash } = posted
    const agreed = { event: 'agreed', round: 1n, claimHash, members: 3, stake: 80n, totalStake: 100n, quorumBps: 8000 }
    expect(told).toEqual([agreed])
    expect(agreements.wanted()).toEqual([])
    await take(agreements, all[3]!)
    expect(told).toEqual([agreed])
  })

  it('of a round are reported at every change', async () => {
    const posted = chain.post(3n)
    const agreements = open()
    const changed: bigint[] = []
    const end = agreements.onChange((round) => changed.push(round))
    await agreements.begin()
    await take(agreements, await agreementTo(posted, one), await agreementTo(posted, one))
    end()
    await take(agreements, await agreementTo(posted, two))
    expect(changed).toEqual([3n])
  })
})

describe('a restarted node', () => {
  it('has the agreements that it had, takes those of rounds before the restart, and writes its files again', async () => {
    const claims = [1n, 2n, 3n].map((round) => chain.post(round))
    const before = open()
    await before.begin()
    for (const posted of claims) await take(before, await agreementTo(posted, one))
    await files.settled()
    journal.close()
    await rm(join(folder, 'agreements'), { recursive: true })

    journal = openJournal(folder)
    const after = open()
    await after.begin()
    await after.settle(signal)
    for (const posted of claims) {
      expect([...after.of(posted.claimHash).keys()]).toEqual([one.owner])
      expect(await take(after, await agreementTo(posted, two), await agreementTo(posted, three))).toEqual(['OK', 'OK'])
    }
    await files.settled()
    const kept = await loadAgreements(join(folder, 'agreements'), claims[0]!.claimHash)
    expect(kept.map(({ member }) => member)).toEqual([one.owner, two.owner, three.owner])
    expect(told.map(({ event }) => event)).toEqual(['agreed', 'agreed', 'agreed'])
  })

  it('knows from its journal which claims have a quorum', async () => {
    const posted = chain.post(1n)
    const before = open()
    await before.begin()
    for (const who of [one, two, three]) await take(before, await agreementTo(posted, who))
    const after = open()
    await after.begin()
    expect(after.wanted()).toEqual([1n])
    await after.settle(signal)
    expect(after.wanted()).toEqual([])
  })

  it('judges nothing by half a history', async () => {
    const posted = chain.post(1n)
    const before = open()
    await before.begin()
    await take(before, await agreementTo(posted, one))
    chain = new ClaimChain()
    const after = open()
    after.follow()
    chain.post(1n)
    expect(await take(after, await agreementTo(posted, two))).toEqual(['MESSAGE_EARLY'])
    await after.begin()
    expect(after.messages(1n)).toHaveLength(1)
  })
})

describe('agreements go with their claim', () => {
  /** Claims of rounds 1 to `count`, each agreed to by two members; then what the node still has of each. */
  async function agreed(count: number): Promise<{ agreements: Agreements; sizes: () => number[] }> {
    const agreements = open()
    await agreements.begin()
    const claims = Array.from({ length: count }, (_, i) => chain.post(BigInt(i + 1)))
    for (const posted of claims) await take(agreements, await agreementTo(posted, one), await agreementTo(posted, two))
    return { agreements, sizes: () => claims.map(({ claimHash }) => agreements.of(claimHash).size) }
  }
  const durable = (): number => journal.entries('agreement/').length

  it('when it is final', async () => {
    const { agreements, sizes } = await agreed(5)
    final = 3n
    await agreements.settle(signal)
    expect(sizes()).toEqual([0, 0, 0, 2, 2])
    expect(durable()).toBe(4)
    expect(agreements.open().map(({ round }) => round)).toEqual([4n, 5n])
    expect(await take(agreements, await agreementTo(chain.history.claim(2n)!, three))).toEqual(['MESSAGE_LATE'])
    expect(agreements.messages(2n)).toEqual([])
    await files.settled()
    expect(await files.recover()).toHaveLength(2)
  })

  it('when it is rejected, with every claim after it', async () => {
    const { agreements, sizes } = await agreed(4)
    chain.reject(3n)
    agreements.follow()
    expect(sizes()).toEqual([2, 2, 0, 0])
    expect(durable()).toBe(4)
    const again = chain.post(3n, 9)
    expect(agreements.count(3n)).toBe(0)
    expect(await take(agreements, await agreementTo(again, one))).toEqual(['OK'])
  })

  it('when the chain undoes it; finality that the chain undoes is asked for again', async () => {
    const { agreements, sizes } = await agreed(3)
    final = 2n
    await agreements.settle(signal)
    expect(sizes()).toEqual([0, 0, 2])
    // Each round is two blocks: opened, posted.
    chain.reorg(4n)
    agreements.follow({ reorg: true })
    expect(sizes()).toEqual([0, 0, 0])
    expect(durable()).toBe(0)
    final = 1n
    await agreements.settle(signal)
    expect(agreements.open().map(({ round }) => round)).toEqual([2n])
    expect(await take(agreements, await agreementTo(chain.history.claim(2n)!, one))).toEqual(['OK'])
  })

  it('an answer about finality from before a reorganisation does not count after it', async () => {
    const { agreements } = await agreed(2)
    const answers = Promise.withResolvers<boolean>()
    const slow = open({ isFinal: async () => answers.promise })
    await slow.begin()
    const settling = slow.settle(signal)
    slow.follow({ reorg: true })
    answers.resolve(true)
    await settling
    expect(slow.open()).toHaveLength(2)
    expect(agreements.open()).toHaveLength(2)
  })

  it('when it leaves the ring of the ledger', async () => {
    const { agreements, sizes } = await agreed(70)
    agreements.follow()
    expect(sizes().filter((size) => size > 0)).toHaveLength(64)
    expect(durable()).toBe(128)
    expect(agreements.wanted()).toHaveLength(64)
  })
})

describe('what is asked of peers', () => {
  it('is every claim after the newest with a quorum, newest first', async () => {
    const agreements = open()
    await agreements.begin()
    const claims = [1n, 2n, 3n, 4n].map((round) => chain.post(round))
    expect(agreements.wanted()).toEqual([4n, 3n, 2n, 1n])
    for (const who of [one, two, three]) await take(agreements, await agreementTo(claims[1]!, who))
    expect(agreements.wanted()).toEqual([4n, 3n])
  })
})

describe('newestFinal', () => {
  it('finds what a look at every claim finds, with few questions', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 64 }), fc.nat({ max: 70 }), async (count, last) => {
        const claims = Array.from({ length: count }, (_, i) => ({ round: BigInt(i + 1) }))
        let questions = 0
        const found = await newestFinal(claims, async (round) => {
          questions++
          return round <= BigInt(last)
        })
        expect(found).toBe(claims.findLast(({ round }) => round <= BigInt(last))?.round)
        expect(questions).toBeLessThanOrEqual(last === 0 || count === 0 ? 1 : 8)
      }),
    )
  })
})
