import { expect, it } from 'vitest'
import { noMetrics, silentLogger } from '../../../../src/core/index.ts'
import { NodeEvents, Rounds } from '../../../../src/node/index.ts'
import type { NodeEvent } from '../../../../src/node/index.ts'
import { tellRounds } from '../../../../src/node/events/tell-rounds.ts'
import { createMemoryJournal } from '../../../../src/storage/index.ts'
import { hash, PLAN } from '../../../support/node/round-events.ts'

function told() {
  const rounds = new Rounds({ journal: createMemoryJournal(), logger: silentLogger, metrics: noMetrics })
  const events = new NodeEvents(silentLogger)
  const heard: NodeEvent[] = []
  events.onAny((event) => void heard.push(event))
  const signed = new Map<bigint, number>()
  let look: ((round: bigint) => void) | undefined
  const agreements = {
    count: (round: bigint) => signed.get(round) ?? 0,
    onChange: (listener: (round: bigint) => void) => {
      look = listener
      return () => {}
    },
  }
  tellRounds({ events, rounds, agreements })
  const agree = (round: bigint, count: number): void => {
    signed.set(round, count)
    look!(round)
  }
  return { rounds, heard, agree }
}

it('a round is told of when it changes, and not with each block', () => {
  const { rounds, heard, agree } = told()
  rounds.open(PLAN)
  for (let now = PLAN.openedAt; now < PLAN.openedAt + 5 * 60; now++) rounds.tick(now)
  const phases = heard.map((event) => event.event === 'round' && event.phase)
  expect(phases[0]).toBe('commit')
  expect(phases).toEqual([...new Set(phases)])
  const quiet = heard.length
  // What the event says nothing of.
  rounds.dispatch(1n, { type: 'trained', updateRoot: hash(1), salt: hash(2) })
  expect(heard).toHaveLength(quiet)
  agree(1n, 1)
  agree(1n, 1)
  expect(heard.slice(quiet)).toMatchObject([{ event: 'round', round: 1n, agreed: 1 }])
})
