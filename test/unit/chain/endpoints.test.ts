import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { silentLogger } from '../../../src/core/index.ts'
import { agree, enoughOf } from '../../../src/chain/rpc/agreement.ts'
import { AnswerError } from '../../../src/chain/rpc/answer-error.ts'
import { comparable } from '../../../src/chain/rpc/comparable.ts'
import { Contradictions } from '../../../src/chain/rpc/contradictions.ts'
import { Endpoint } from '../../../src/chain/rpc/endpoint.ts'
import { EndpointHealth } from '../../../src/chain/rpc/endpoint-health.ts'
import { FailOver } from '../../../src/chain/rpc/fail-over.ts'
import { HeadAges } from '../../../src/chain/rpc/head-ages.ts'
import type { RpcRequest } from '../../../src/chain/rpc/requests.ts'

const body = { method: 'eth_call' }

/** An endpoint that names its chain, and then says what `say` says. */
async function endpoint(name: string, say: (request: RpcRequest) => Promise<unknown>): Promise<Endpoint> {
  const queue = { request: async (request: RpcRequest) => (request.method === 'eth_chainId' ? '0x1' : say(request)), close() {} }
  const made = new Endpoint({ name, chainId: 1, queue, logger: silentLogger, now: () => 0, random: () => 0 })
  await made.check()
  return made
}

const failing = (failure: AnswerError['failure']) => async () => {
  throw new AnswerError({ url: '', body, error: { code: -1, message: failure }, failure })
}

describe('the health of an endpoint', () => {
  it('rests after two failures in a row, longer each time, and is probed when the rest is over', () => {
    let now = 0
    const health = new EndpointHealth({ now: () => now, random: () => 1 })
    expect(health.failed()).toBe(false)
    health.answered()
    expect([health.failed(), health.failed()]).toEqual([false, true])
    const rests: number[] = []
    for (let probes = 0; probes < 6; probes++) {
      const from = now
      expect(health.due).toBe(false)
      // An answer to an older request that fails changes nothing.
      health.failed()
      while (!health.due) now += 250
      rests.push(now - from)
      expect(health.failed()).toBe(false)
    }
    expect(rests).toEqual([1000, 2000, 4000, 8000, 15_000, 15_000])
    health.answered()
    expect([health.resting, health.failed(), health.failed()]).toEqual([false, false, true])
    while (!health.due) now += 250
    expect(health.resting).toBe(true)
  })

  it('ranks one that rests last, then one that lies, lags or is slow', () => {
    const health = new EndpointHealth({ now: () => 0, random: () => 0 })
    const ranks = [health.rank]
    for (const fault of ['slow', 'lagging', 'apart'] as const) ranks.push(((health[fault] = true), health.rank))
    health.banish()
    ranks.push(health.rank)
    expect(ranks).toEqual(ranks.toSorted((a, b) => a - b))
    expect(new Set(ranks).size).toBe(5)
  })
})

it('a head is old when enough endpoints were past it five seconds ago, however fast the chain is', () => {
  let now = 0
  const ages = new HeadAges(() => now)
  for (let block = 1n; block <= 100n; block++) {
    ages.agreed(block)
    now += 100
  }
  expect([ages.isOld(100n), ages.isOld(60n), ages.isOld(40n)]).toEqual([false, false, true])
  now += 60_000
  expect([ages.isOld(100n), ages.isOld(99n)]).toEqual([false, true])
})

it('an endpoint is apart after one contradiction by hash, or five in a row by number above where branches part', () => {
  const proved = new Contradictions()
  proved.heard(false, undefined)
  proved.heard(true, undefined)
  expect(proved.apart).toBe(true)
  const branch = new Contradictions()
  for (const [same, number] of [
    [false, 9n],
    [true, 9n],
    [false, 10n],
    [true, 5n],
    [false, 10n],
    [false, 11n],
    [false, 11n],
  ] as const) {
    branch.heard(same, number)
    expect(branch.apart).toBe(false)
  }
  branch.heard(false, 12n)
  expect(branch.apart).toBe(true)
  branch.heard(true, 5n)
  expect(branch.apart).toBe(true)
  branch.heard(true, 12n)
  expect(branch.apart).toBe(false)
})

describe('an answer of several endpoints', () => {
  it('is what enough of them say, whatever the others say, in every order', async () => {
    const sayings = ['0x01', '0x02', 'behind', 'unavailable', 'reverted'] as const
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...sayings), { minLength: 1, maxLength: 7 }), fc.scheduler(), async (said, s) => {
        const endpoints = await Promise.all(
          said.map(async (one, index) =>
            endpoint(`e${index}`, async () => {
              await s.schedule(Promise.resolve(), `${index}`)
              return one.startsWith('0x') ? one : failing(one as AnswerError['failure'])()
            }),
          ),
        )
        const needed = enoughOf(said.length)
        const outcome = agree(body, { endpoints, needed }).catch(
          (error: { code?: unknown; failure?: unknown }) => error.failure ?? error.code,
        )
        await s.waitAll()
        const count = (one: string) => said.filter((other) => other === one).length
        const answers = ['0x01', '0x02', 'reverted']
        const winner = answers.find((one) => count(one) >= needed)
        const answered = answers.reduce((sum, one) => sum + count(one), 0)
        const silence = count('behind') > 0 ? 'behind' : 'unavailable'
        expect(await outcome).toBe(winner ?? (answered >= needed ? 'RPC_DISAGREEMENT' : silence))
      }),
    )
  })

  it('names every endpoint that contradicts it', async () => {
    const endpoints = await Promise.all(
      ['0x01', '0x02', '0x01', '0x03', '0x01'].map(async (says, i) => endpoint(`e${i}`, async () => says)),
    )
    const others: string[] = []
    expect(await agree(body, { endpoints, needed: 3, onSaid: ({ name }, same) => void (same || others.push(name)) })).toBe('0x01')
    expect(others.toSorted()).toEqual(['e1', 'e3'])
  })

  it('does not depend on the spelling of a client', () => {
    const block = { number: '0x1', hash: '0xAB', parentHash: '0x1', size: '0x200' }
    expect(comparable('eth_getBlockByNumber', block)).toBe(
      comparable('eth_getBlockByNumber', { parentHash: '0x1', hash: '0xab', totalDifficulty: '0x0', number: '0x1' }),
    )
    expect(comparable('eth_getBlockByNumber', block)).not.toBe(comparable('eth_getBlockByNumber', { ...block, hash: '0xac' }))
    const log = { address: '0x1', topics: ['0x2'], data: '0x', logIndex: '0x0' }
    expect(comparable('eth_getLogs', [log])).toBe(comparable('eth_getLogs', [{ ...log, removed: false }]))
    expect(comparable('eth_getLogs', [log])).not.toBe(comparable('eth_getLogs', [{ ...log, topics: ['0x3'] }]))
    expect(comparable('eth_getLogs', [log])).not.toBe(comparable('eth_getLogs', []))
  })
})

describe('fail-over', () => {
  const never = { sleep: async () => new Promise<void>(() => {}) }

  it('asks the next one when one fails, but not when the answer is final', async () => {
    const asked: string[] = []
    const saying = (name: string, say: () => Promise<unknown>) =>
      endpoint(name, async () => {
        asked.push(name)
        return say()
      })
    for (const [first, expected] of [
      ['unavailable', 'b'],
      ['rateLimited', 'b'],
      ['behind', 'b'],
      ['refused', 'b'],
      ['reverted', 'reverted'],
      ['rangeTooWide', 'rangeTooWide'],
    ] as const) {
      asked.length = 0
      const endpoints = [await saying('a', failing(first)), await saying('b', async () => 'b')]
      const got = await new FailOver({ endpoints, clock: never }).request(body).catch((error: AnswerError) => error.failure)
      expect([got, asked]).toEqual([expected, expected === 'b' ? ['a', 'b'] : ['a']])
    }
  })

  it('asks the next one when one is slow, and begins with that one from then on', async () => {
    const silent = await endpoint('a', async () => new Promise(() => {}))
    const quick = await endpoint('b', async () => 'b')
    let sleeps = 0
    const fail = new FailOver({
      endpoints: [silent, quick],
      clock: { sleep: async () => (sleeps++ === 0 ? undefined : never.sleep()) },
    })
    expect(await fail.request(body)).toBe('b')
    expect([silent.health.slow, silent.health.rank > quick.health.rank]).toEqual([true, true])
  })

  it('ends at once when the caller gives up', async () => {
    const silent = await endpoint('a', async () => new Promise(() => {}))
    const over = new AbortController()
    const asked = new FailOver({ endpoints: [silent], clock: never }).request(body, over.signal)
    over.abort()
    await expect(asked).rejects.toMatchObject({ code: 'CANCELLED' })
  })
})
