import { describe, expect, it } from 'vitest'
import { silentLogger } from '../../../src/core/index.ts'
import type { Metrics } from '../../../src/core/index.ts'
import { encodeGossip } from '../../../src/network/gossip/decode-gossip.ts'
import { GossipInbox } from '../../../src/network/gossip/gossip-inbox.ts'
import type { GossipHandler, GossipValidator } from '../../../src/network/gossip/gossip-validator.ts'
import { networkLimits } from '../../../src/network/limits.ts'
import type { Address, Hash, Message } from '../../../src/protocol/index.ts'

const author: Address = `0x${'a1'.repeat(20)}`
const peer: Hash = `0x${'b2'.repeat(32)}`
const gossip = { via: 'gossip', peer, origin: author } as const

function agreement(round: number, member = author): Message {
  return {
    kind: 'agreement',
    task: 1n,
    round: BigInt(round),
    member,
    claimHash: `0x${'c3'.repeat(32)}`,
    signature: `0x${'d4'.repeat(65)}`,
  }
}

/** An agreement of an author of its own, and how it came. */
function fromAnother(round: number) {
  const origin: Address = `0x${round.toString(16).padStart(40, '0')}`
  return [encodeGossip(agreement(round, origin)), { ...gossip, origin }] as const
}

function setUp(validate: GossipValidator, handle: GossipHandler = () => {}) {
  const counts = new Map<string, number>()
  const gauges = new Map<string, number>()
  const metrics: Metrics = {
    count(name, labels = {}) {
      const key = [name, ...Object.values(labels)].join(' ')
      counts.set(key, (counts.get(key) ?? 0) + 1)
    },
    gauge: (name, value, labels = {}) => void gauges.set([name, ...Object.values(labels)].join(' '), Number(value)),
    observe() {},
  }
  const inbox = new GossipInbox({ validate, handle, logger: silentLogger, metrics })
  inbox.start()
  return { inbox, counts, gauges }
}

describe('GossipInbox', () => {
  it('hands accepted messages to the handler in order and counts every verdict', async () => {
    const handled: bigint[] = []
    const { inbox, counts } = setUp(
      (message) => (message.round % 2n ? { verdict: 'accept' } : { verdict: 'ignore', code: 'MESSAGE_LATE' }),
      (message) => void handled.push(message.round),
    )
    for (let round = 1; round <= 5; round++) await inbox.receive(encodeGossip(agreement(round)), gossip)
    await inbox.settled()
    expect(handled).toEqual([1n, 3n, 5n])
    expect(counts.get('gossip_messages_total agreement accept OK')).toBe(3)
    expect(counts.get('gossip_messages_total agreement ignore MESSAGE_LATE')).toBe(2)
    await inbox.stop()
  })

  it('tells the validator who wrote, who handed over and which way', async () => {
    const contexts: unknown[] = []
    const { inbox } = setUp((_, context) => {
      contexts.push(context)
      return { verdict: 'accept' }
    })
    await inbox.receive(encodeGossip(agreement(1)), gossip)
    await inbox.receive(encodeGossip(agreement(1)), { via: 'sync', peer })
    expect(contexts).toEqual([
      { from: author, peer, via: 'gossip' },
      { from: author, peer, via: 'sync' },
    ])
    await inbox.stop()
  })

  it('drops by the rule of the kind when the handler cannot keep up, and shows the depth', async () => {
    const { capacity } = networkLimits.gossip.agreement
    const gate = Promise.withResolvers<void>()
    const handled: bigint[] = []
    const { inbox, counts, gauges } = setUp(
      () => ({ verdict: 'accept' }),
      async (message) => {
        await gate.promise
        handled.push(message.round)
      },
    )
    const total = capacity + 11
    for (let round = 1; round <= total; round++) await inbox.receive(...fromAnother(round))
    expect(counts.get('gossip_dropped_total agreement')).toBe(10)
    expect(gauges.get('gossip_queue_depth agreement')).toBe(capacity)
    gate.resolve()
    await inbox.settled()
    // The first was with the handler already; the ten after it were the oldest.
    expect(handled.slice(0, 2)).toEqual([1n, 12n])
    expect(handled).toHaveLength(total - 10)
    await inbox.stop()
  })

  it('passes on only so many different messages of one author and kind', async () => {
    const { inbox } = setUp(() => ({ verdict: 'accept' }))
    const { burst } = networkLimits.authored
    for (let round = 1; round <= burst; round++)
      expect(await inbox.receive(encodeGossip(agreement(round)), gossip)).toEqual({ verdict: 'accept' })
    expect(await inbox.receive(encodeGossip(agreement(burst + 1)), gossip)).toEqual({ verdict: 'ignore', code: 'RATE_LIMITED' })
    expect(await inbox.receive(...fromAnother(burst + 1))).toEqual({ verdict: 'accept' })
    expect(await inbox.receive(encodeGossip(agreement(burst + 1)), { via: 'sync', peer })).toEqual({ verdict: 'accept' })
    await inbox.stop()
  })

  it('bounds the validations that run at once', async () => {
    const gate = Promise.withResolvers<void>()
    const { inbox } = setUp(async () => {
      await gate.promise
      return { verdict: 'accept' }
    })
    const { capacity } = networkLimits.gossip.agreement
    const running = Array.from({ length: capacity }, (_, i) => inbox.receive(...fromAnother(i)))
    expect(await inbox.receive(encodeGossip(agreement(0)), gossip)).toMatchObject({ verdict: 'ignore', code: 'RATE_LIMITED' })
    gate.resolve()
    await Promise.all(running)
    expect(await inbox.receive(encodeGossip(agreement(0)), gossip)).toEqual({ verdict: 'accept' })
    await inbox.stop()
  })

  it('keeps the newest early message per author and kind, proved authors only', async () => {
    let open = false
    const handled: string[] = []
    const { inbox } = setUp(
      () => (open ? { verdict: 'accept' } : { verdict: 'ignore', code: 'MESSAGE_EARLY' }),
      (message) => void handled.push(`${message.round}`),
    )
    const other: Address = `0x${'e5'.repeat(20)}`
    await inbox.receive(encodeGossip(agreement(1)), gossip)
    await inbox.receive(encodeGossip(agreement(2)), gossip)
    await inbox.receive(encodeGossip(agreement(3, other)), { via: 'sync', peer })
    await inbox.recheck()
    open = true
    await inbox.recheck()
    await inbox.recheck()
    await inbox.settled()
    expect(handled).toEqual(['2'])
    await inbox.stop()
  })

  it('blames no one for a failure of the validator or the handler', async () => {
    const { inbox, counts } = setUp(
      (message) => {
        if (message.round === 1n) throw new Error('defect')
        return { verdict: 'accept' }
      },
      () => {
        throw new Error('defect')
      },
    )
    expect(await inbox.receive(encodeGossip(agreement(1)), gossip)).toMatchObject({ verdict: 'ignore', code: 'INTERNAL' })
    await inbox.receive(encodeGossip(agreement(2)), gossip)
    await inbox.receive(encodeGossip(agreement(3)), gossip)
    await inbox.settled()
    expect(counts.get('gossip_handler_errors_total agreement')).toBe(2)
    await inbox.stop()
  })

  it('waits for the handlers when it stops and takes nothing after', async () => {
    const gate = Promise.withResolvers<void>()
    let done = 0
    const { inbox } = setUp(
      () => ({ verdict: 'accept' }),
      async () => {
        await gate.promise
        done++
      },
    )
    for (let round = 1; round <= 3; round++) await inbox.receive(encodeGossip(agreement(round)), gossip)
    const stopped = inbox.stop()
    gate.resolve()
    await stopped
    expect(done).toBe(3)
  })
})
