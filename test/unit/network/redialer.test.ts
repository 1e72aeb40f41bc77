import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { silentLogger } from '../../../src/core/index.ts'
import { networkLimits, peerIdFromPeerKey } from '../../../src/network/index.ts'
import { Redialer } from '../../../src/network/redialer.ts'
import type { Link } from '../../../src/network/redialer.ts'

const self = name(1)
const peer = name(2)

function name(byte: number): string {
  return peerIdFromPeerKey(`0x${byte.toString(16).padStart(64, '0')}`).toString()
}

function at(port: number, id = peer): string {
  return `/ip4/127.0.0.1/tcp/${port}/p2p/${id}`
}

function setUp(outcomes: boolean[]) {
  const dials: { time: number; addresses: string[] }[] = []
  const start = Date.now()
  let connected = false
  const redialer = new Redialer({
    self,
    linkTo: () => (connected ? 'direct' : 'none'),
    connect: async (addresses) => {
      dials.push({ time: Date.now() - start, addresses: addresses.map(String) })
      connected = outcomes.shift() ?? true
      if (!connected) throw new Error('refused')
    },
    logger: silentLogger,
    random: () => 0.5,
    backoff: { baseMs: 100, maxMs: 500 },
  })
  const lose = (): void => {
    connected = false
    redialer.lost(peer)
  }
  return { redialer, dials, lose }
}

describe('Redialer', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('dials again with waits that double up to a limit, until it succeeds', async () => {
    const { redialer, dials } = setUp([false, false, false, false, false, true])
    expect(await redialer.add([at(1)])).toBe(0)
    await vi.runAllTimersAsync()
    // 200, 400, then 500 at most, each times 0.75 of jitter.
    expect(dials.map(({ time }) => time)).toEqual([0, 150, 450, 825, 1200, 1575])
    await redialer.stop()
  })

  it('dials a lost peer after the first wait, the newest address first', async () => {
    const { redialer, dials, lose } = setUp([true, true])
    expect(await redialer.add([at(1)])).toBe(1)
    expect(await redialer.add([at(2)])).toBe(1)
    const { stableMs } = networkLimits.redial
    await vi.advanceTimersByTimeAsync(stableMs)
    lose()
    await vi.runAllTimersAsync()
    expect(dials).toEqual([
      { time: 0, addresses: [at(1)] },
      { time: stableMs + 75, addresses: [at(2), at(1)] },
    ])
    await redialer.stop()
  })

  it('waits longer each time for a peer whose connections break at once', async () => {
    const { redialer, dials, lose } = setUp([true, true, true, true])
    await redialer.add([at(1)])
    for (let i = 0; i < 3; i++) {
      lose()
      await vi.runAllTimersAsync()
    }
    expect(dials.map(({ time }) => time)).toEqual([0, 150, 450, 825])
    await redialer.stop()
  })

  it('does not wait longer and longer for a peer that is cut off every five seconds', async () => {
    const { redialer, dials, lose } = setUp([])
    await redialer.add([at(1)])
    for (let i = 0; i < 4; i++) {
      await vi.advanceTimersByTimeAsync(5000)
      lose()
    }
    await vi.runAllTimersAsync()
    expect(dials.map(({ time }) => time)).toEqual([0, 5075, 10_075, 15_075, 20_075])
    await redialer.stop()
  })

  it('skips itself and keeps a bounded list of addresses', async () => {
    const { redialer, dials } = setUp([false, true])
    expect(await redialer.add([at(9, self)])).toBe(0)
    expect(dials).toEqual([])
    const { addressesPerPeer } = networkLimits.redial
    await redialer.add(Array.from({ length: addressesPerPeer + 3 }, (_, i) => at(i + 1)))
    expect(dials[0]!.addresses).toHaveLength(addressesPerPeer)
    expect(dials[0]!.addresses[0]).toBe(at(addressesPerPeer + 3))
    await redialer.stop()
  })

  it('goes through a relay where a peer does not answer itself, and goes on trying', async () => {
    const dials: string[] = []
    let link: Link = 'none'
    let answers = false
    const redialer = new Redialer({
      self,
      linkTo: () => link,
      connect: async ([address]) => {
        const relayed = address!.toString().includes('p2p-circuit')
        dials.push(relayed ? 'relayed' : 'direct')
        if (!relayed && !answers) throw new Error('no answer')
        link = relayed ? 'relayed' : 'direct'
      },
      logger: silentLogger,
      random: () => 1,
      backoff: { baseMs: 100, maxMs: 500 },
    })
    expect(await redialer.meet(peer, [at(1), `/ip4/10.0.0.1/tcp/1/p2p/${name(3)}/p2p-circuit/p2p/${peer}`])).toBe(true)
    expect(dials).toEqual(['direct', 'relayed'])
    await vi.advanceTimersByTimeAsync(networkLimits.redial.upgradeMs)
    // The relayed connection stands: no second one is made.
    expect(dials).toEqual(['direct', 'relayed', 'direct'])
    answers = true
    await vi.runAllTimersAsync()
    expect(dials).toEqual(['direct', 'relayed', 'direct', 'direct'])
    expect(vi.getTimerCount()).toBe(0)
    await redialer.stop()
  })

  it('is woken by a change and dials nobody once stopped', async () => {
    const { redialer, dials } = setUp([false, false, false])
    await redialer.add([at(1)])
    redialer.wake()
    await redialer.stop()
    await vi.runAllTimersAsync()
    expect(dials).toHaveLength(2)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('names what is wrong with an address', async () => {
    const { redialer } = setUp([])
    await expect(redialer.add(['/ip4/1.2.3.4/tcp/1'])).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    await expect(redialer.add(['localhost:4001'])).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    await redialer.stop()
  })
})
