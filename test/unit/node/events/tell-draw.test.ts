import { expect, it } from 'vitest'
import { noMetrics, silentLogger } from '../../../../src/core/index.ts'
import { storyOf, tellDraw } from '../../../../src/node/index.ts'
import type { NodeEvent } from '../../../../src/node/index.ts'
import { address, hash } from '../../../support/node/round-events.ts'

const committee = {
  members: [1, 2].map((n) => ({ member: address(n) })),
  candidates: [1, 2, 3].map((n) => ({ member: address(n) })),
}

function told(member?: `0x${string}`): { events: NodeEvent[]; counted: string[]; logged: unknown[] } {
  const [events, counted, logged]: [NodeEvent[], string[], unknown[]] = [[], [], []]
  tellDraw({
    events: { emit: (event) => void events.push(event) },
    ...(member && { member }),
    logger: { ...silentLogger, info: (_, message) => void logged.push(message) },
    metrics: { ...noMetrics, count: (name) => void counted.push(name) },
  })(7n, hash(5), committee)
  return { events, counted, logged }
}

it('says to a member that was drawn that it trains', () => {
  const { events, counted } = told(address(2))
  expect(events).toEqual([{ event: 'drawn', round: 7n, seed: hash(5), members: 2, candidates: 3, part: 'drawn' }])
  expect(counted).toEqual([])
  expect(storyOf(events[0]!)).toBe('round 7: this member was drawn: it trains (2 of 3 members were drawn)')
})

it('says to a member that was not drawn that it rests, in log, metrics and story', () => {
  const { events, counted, logged } = told(address(3))
  const text = 'this member was not drawn: it rests in this round (2 of 3 members were drawn)'
  expect(events).toMatchObject([{ part: 'resting' }])
  expect(counted).toEqual(['rounds_rested_total'])
  expect(logged).toEqual([text])
  expect(storyOf(events[0]!)).toBe(`round 7: ${text}`)
})

it('says to a member that joined too late for the draw that its stake does not count yet', () => {
  const { events, counted } = told(address(4))
  expect(events).toMatchObject([{ part: 'waiting' }])
  expect(counted).toEqual(['rounds_rested_total'])
})

it('tells nodes of no member the figures only', () => {
  const { events, counted } = told()
  expect(events).toEqual([{ event: 'drawn', round: 7n, seed: hash(5), members: 2, candidates: 3 }])
  expect(counted).toEqual([])
  expect(storyOf(events[0]!)).toBeUndefined()
})
