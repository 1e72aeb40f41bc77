import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silentLogger } from '../../../../src/core/index.ts'
import type { Logger } from '../../../../src/core/index.ts'
import { createEngine } from '../../../../src/engine/index.ts'
import type { Engine } from '../../../../src/engine/index.ts'
import { claimEvent, emptyRound, NodeEvents, notCounted, tellClaims, tellOutcomes } from '../../../../src/node/index.ts'
import type { NodeEvent } from '../../../../src/node/index.ts'
import { createMetrics } from '../../../../src/observe/index.ts'
import { verdictName } from '../../../../src/protocol/index.ts'
import { claimComputer } from '../../../../src/replay/index.ts'
import type { ComputedClaim } from '../../../../src/replay/index.ts'
import { claimRound } from '../../../support/claim-round.ts'
import type { ClaimRoundOptions } from '../../../support/claim-round.ts'

const LENGTH = 768
let engine: Engine
beforeAll(() => {
  engine = createEngine()
})
afterAll(async () => engine[Symbol.asyncDispose]())

/** Members that agree with each other but for a little noise. */
function updatesOf(count: number): Int8Array[] {
  return Array.from({ length: count }, (_, i) =>
    Int8Array.from({ length: 8192 }, (_, k) => (k < LENGTH ? ((k * 31) % 21) - 10 + ((k * (i + 3)) % 29) : 0)),
  )
}

async function computed(updates: readonly Int8Array[], options?: ClaimRoundOptions): Promise<ComputedClaim> {
  return claimComputer(engine)(claimRound(updates, LENGTH, options))
}

interface Heard {
  events: NodeEvents
  told: NodeEvent[]
  lines: [level: string, message: string][]
  counts: [name: string, labels?: Record<string, string>][]
}

function hearing(member?: `0x${string}`): Heard {
  const lines: Heard['lines'] = []
  const counts: Heard['counts'] = []
  const line = (level: string) => (_fields: Record<string, unknown>, message: string) => void lines.push([level, message])
  const logger: Logger = { ...silentLogger, warn: line('warn'), error: line('error') }
  const metrics = { count: (...one: Heard['counts'][number]) => void counts.push(one), gauge() {}, observe() {} }
  const events = new NodeEvents(logger)
  const told: NodeEvent[] = []
  events.onAny((event) => told.push(event))
  tellOutcomes({ events, ...(member && { member }), logger, metrics })
  return { events, told, lines, counts }
}

const memberAt = ({ rows }: ComputedClaim, index: number): `0x${string}` => rows[index]!.member

describe('what became of an update', () => {
  it('a member with an equal update hears who sent the same', async () => {
    const claim = await computed(updatesOf(4), { fates: [undefined, undefined, 'copied'] })
    const [first, copy] = [memberAt(claim, 0), memberAt(claim, 2)]
    for (const [member, twin] of [
      [copy, first],
      [first, copy],
    ] as const) {
      const { events, told, lines, counts } = hearing(member)
      events.emit(claimEvent('replayed', 1n, claim))
      const reason = `${twin} sent the same update, and equal updates are all refused: train on your own data and set no seed`
      expect(told.slice(1)).toEqual([{ event: 'notCounted', round: 1n, member, verdict: 'inadmissible', reason }])
      expect(lines).toEqual([['warn', `the update of this member did not count: ${reason}`]])
      expect(counts).toEqual([['updates_not_counted_total', { verdict: 'inadmissible' }]])
    }
  })

  it('each verdict has a reason of its own, and a member that counted hears nothing', async () => {
    const claim = await computed(updatesOf(7), {
      fates: [undefined, 'unrevealed', 'unavailable', 'inadmissible'],
    })
    const { rows } = claimEvent('built', 1n, claim)
    const reasons = new Map<string, string>()
    for (const row of rows) {
      const missed = notCounted(1n, rows, row.member)
      expect(missed === undefined).toBe(row.weight > 0)
      if (missed) reasons.set(missed.verdict, missed.reason)
    }
    expect([...reasons.keys()].sort()).toEqual(['inadmissible', 'unavailable'])
    expect(new Set(reasons.values()).size).toBe(reasons.size)
    expect(reasons.get('inadmissible')).toMatch(/outside −127…127/)
    const { told, events } = hearing(rows.find(({ weight }) => weight > 0)!.member)
    events.emit(claimEvent('replayed', 1n, claim))
    expect(told).toHaveLength(1)
  })

  it('a member without a row hears that it was not sealed, whatever the case of its address', async () => {
    const claim = await computed(updatesOf(3))
    const { rows } = claimEvent('built', 1n, claim)
    expect(notCounted(1n, rows, `0x${'EE'.repeat(20)}`)).toMatchObject({ verdict: 'unsealed', member: `0x${'ee'.repeat(20)}` })
    const upper = `0x${rows[0]!.member.slice(2).toUpperCase()}` as const
    expect(notCounted(1n, rows, upper)).toBeUndefined()
  })

  it('every verdict that exists has a reason', () => {
    const rows = [0, 1, 2, 3, 4, 5].flatMap((verdict) => {
      const name = verdictName(verdict as never) as string | undefined
      const member = `0x${verdict.toString().repeat(40)}` as const
      return name
        ? [{ member, verdict: name, reason: 'none', weight: 0, score: 0n, updateRoot: `0x${'0'.repeat(64)}` as const }]
        : []
    })
    for (const { member, verdict } of rows) expect(notCounted(1n, rows, member)?.reason, verdict).toMatch(/.{20}/)
  })

  it('the gauges show the verdict of the newest round alone, unsealed where the member has no row', async () => {
    const claim = await computed(updatesOf(4), { fates: ['unavailable'] })
    const { rows, ...event } = claimEvent('replayed', 1n, claim)
    const { member } = rows.find(({ verdict }) => verdict === 'unavailable')!
    const metrics = createMetrics({ strict: true })
    const events = new NodeEvents(silentLogger)
    tellOutcomes({ events, member, logger: silentLogger, metrics })
    events.emit({ ...event, rows })
    expect(await metrics.text()).toContain('quorate_update_verdict{verdict="unavailable"} 1')
    events.emit({ ...event, round: 2n, rows: rows.filter((row) => row.member !== member) })
    const text = await metrics.text()
    expect(text).toContain('quorate_update_verdict{verdict="unavailable"} 0')
    expect(text).toContain('quorate_update_verdict{verdict="unsealed"} 1')
  })

  it('a node that is no member hears of no update', async () => {
    const { told, events } = hearing()
    events.emit(claimEvent('replayed', 1n, await computed(updatesOf(3), { fates: ['unrevealed'] })))
    expect(told).toHaveLength(1)
  })
})

describe('a round that counted no update', () => {
  it('is loud in log, metric and event', async () => {
    const claim = await computed(updatesOf(3), { fates: [undefined, 'copied', 'copied'] })
    const { told, lines, counts, events } = hearing()
    events.emit(claimEvent('built', 1n, claim))
    const reason = 'none of 3 updates counted: 3 inadmissible'
    expect(told.slice(1)).toEqual([{ event: 'emptyRound', round: 1n, claimHash: claim.claimHash, reason }])
    expect(lines).toEqual([['error', `round 1 counted no update: ${reason}`]])
    expect(counts).toEqual([['rounds_empty_total']])
  })

  it('says how many rows had which verdict, or that there was none', async () => {
    const claim = await computed(updatesOf(3), { fates: ['unrevealed', 'unavailable', 'unavailable'] })
    expect(emptyRound(claimEvent('built', 1n, claim))?.reason).toMatch(/none of 3 updates counted: 3 unavailable/)
    const none = { ...claimEvent('built', 1n, claim), rows: [] }
    expect(emptyRound(none)?.reason).toBe('no member committed to an update in time')
    expect(emptyRound(claimEvent('built', 1n, await computed(updatesOf(3))))).toBeUndefined()
  })
})

describe('claims as events', () => {
  it('a match is told with every row, a mismatch with its reason, what is missing with nothing', async () => {
    const claim = await computed(updatesOf(3))
    const { events, told } = hearing()
    const reports = tellClaims({ events, self: memberAt(claim, 0), logger: silentLogger })
    const posted = { round: 1n, operator: memberAt(claim, 1), claim: claim.claim, claimHash: claim.claimHash }
    reports.matched(posted, claim)
    reports.mismatched(posted, 'another model')
    reports.unavailable(posted)
    expect(told).toEqual([
      claimEvent('replayed', 1n, claim),
      { event: 'mismatch', round: 1n, claimHash: claim.claimHash, reason: 'another model' },
    ])
    expect(told[0]).toMatchObject({ modelRoot: claim.claim.modelRoot, rows: [{}, {}, {}] })
  })
})

describe('the emitter', () => {
  it('tells listeners in order, each of what it asked for, until it leaves', () => {
    const { events } = hearing()
    const heard: string[] = []
    const leave = events.on('voided', ({ round }) => heard.push(`first ${round}`))
    events.onAny(({ event }) => heard.push(event))
    events.emit({ event: 'voided', round: 7n })
    events.emit({ event: 'waiting', reason: 'nobody is there' })
    leave()
    events.emit({ event: 'voided', round: 8n })
    expect(heard).toEqual(['first 7', 'voided', 'waiting', 'voided'])
  })

  it('goes on to the others when a listener throws, and says so', () => {
    const { events, lines, told } = hearing()
    const stop = events.onAny(() => {
      throw new Error('a mistake')
    })
    const after: string[] = []
    events.onAny(({ event }) => after.push(event))
    events.emit({ event: 'voided', round: 7n })
    expect([told.length, after, lines.map(([level]) => level)]).toEqual([1, ['voided'], ['error']])
    stop()
  })

  it('tells what a listener tells in turn', () => {
    const { events, told } = hearing()
    events.on('voided', ({ round }) => events.emit({ event: 'waiting', reason: `round ${round}` }))
    events.emit({ event: 'voided', round: 7n })
    expect(told.map(({ event }) => event)).toEqual(['voided', 'waiting'])
  })
})

it('says nothing of the update of a member that the round did not have: it was not drawn, or joined later', async () => {
  const claim = await computed(updatesOf(3))
  const stranger = `0x${'ab'.repeat(20)}` as const
  const { events, told, lines } = hearing(stranger)
  events.emit(claimEvent('replayed', 1n, claim))
  expect(told.map(({ event }) => event)).toEqual(['replayed'])
  expect(lines).toEqual([])
})
