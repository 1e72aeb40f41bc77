import { describe, expect, it } from 'vitest'
import { noMetrics } from '../../../src/core/index.ts'
import { networkLimits } from '../../../src/network/limits.ts'
import { PeerPenalties } from '../../../src/network/peer-penalties.ts'
import type { Hash } from '../../../src/protocol/index.ts'

const peer: Hash = `0x${'01'.repeat(32)}`

describe('PeerPenalties', () => {
  it('adds up to a ban, halves with time and forgets', () => {
    let now = 0
    const penalties = new PeerPenalties(noMetrics, () => now)
    expect(penalties.points(peer)).toBe(0)
    expect(penalties.add(peer, 'badSegment')).toBe(false)
    expect(penalties.add(peer, 'badSegment')).toBe(true)
    expect(penalties.points(peer)).toBe(120)
    now += networkLimits.penalties.halfLifeMs
    expect(penalties.points(peer)).toBe(60)
    expect(penalties.banned(peer)).toBe(false)
    now += 20 * networkLimits.penalties.halfLifeMs
    expect(penalties.points(peer)).toBe(0)
  })
  it('bans for a half-life also who reached the ban by single points', () => {
    let now = 0
    const penalties = new PeerPenalties(noMetrics, () => now)
    const { ban, halfLifeMs } = networkLimits.penalties
    for (let i = 1; i < ban; i++) expect(penalties.add(peer, 'ignored')).toBe(false)
    expect(penalties.add(peer, 'ignored')).toBe(true)
    now += halfLifeMs - 1
    expect(penalties.banned(peer)).toBe(true)
    now += 1
    expect(penalties.banned(peer)).toBe(false)
  })
})
