import { afterEach, beforeEach, expect, it } from 'vitest'
import { silentLogger } from '../../../src/core/index.ts'
import type { Address, Hash } from '../../../src/protocol/index.ts'
import { NodeEvents } from '../../../src/node/events/index.ts'
import { startTracing } from '../../../src/node/events/start-tracing.ts'
import { roundContext } from '../../../src/observe/traces/index.ts'
import { TraceCollector } from '../../support/trace-collector.ts'

const TASK = { chainId: 31_337, ledger: '0x5FbDB2315678afecb367f032d93F642f64180aa3', task: 1n }
const OPERATOR: Address = `0x${'0a'.repeat(20)}`
const MEMBER: Address = `0x${'0b'.repeat(20)}`
const CLAIM: Hash = `0x${'0c'.repeat(32)}`

let collector: TraceCollector
beforeEach(async () => {
  collector = await TraceCollector.start()
})
afterEach(async () => collector[Symbol.asyncDispose]())

const start = async (events: NodeEvents, role: 'member' | 'operator') =>
  startTracing(events, { endpoint: collector.endpoint, task: TASK, role, logger: silentLogger })

it('the work of an operator and of a member in a round is one trace, below the span of the round', async () => {
  const [ofOperator, ofMember] = [new NodeEvents(silentLogger), new NodeEvents(silentLogger)]
  const [operator, member] = [await start(ofOperator, 'operator'), await start(ofMember, 'member')]
  const round = {
    event: 'round',
    round: 7n,
    phase: 'commit',
    deadline: 0,
    members: 3,
    committed: 0,
    revealed: 0,
    attested: 0,
    agreed: 0,
  } as const
  ofOperator.emit(round)
  member.record({ name: 'train', round: 7n, startedAt: 1_000, endedAt: 1_250, attributes: { 'quorate.bytes': 8192 } })
  operator.record({ name: 'build', round: 7n, startedAt: 2_000, endedAt: 2_500 })
  operator.record({ name: 'post', round: 7n, startedAt: 2_500, endedAt: 2_600, code: 'RPC_UNREACHABLE' })
  ofOperator.emit({ event: 'posted', round: 7n, transaction: CLAIM, gasUsed: 1n, block: 9n })
  ofOperator.emit({ event: 'agreed', round: 7n, claimHash: CLAIM, members: 2, stake: 2n, totalStake: 3n, quorumBps: 6667 })
  // Who did not post the round does not send its span: there is one.
  ofMember.emit({ event: 'agreed', round: 7n, claimHash: CLAIM, members: 2, stake: 2n, totalStake: 3n, quorumBps: 6667 })
  await Promise.all([operator[Symbol.asyncDispose](), member[Symbol.asyncDispose]()])

  const { traceId, spanId } = roundContext(TASK, 7n)
  const { spans } = collector
  expect(new Set(spans.map((span) => span.traceId))).toEqual(new Set([traceId]))
  const [whole, ...others] = spans.filter(({ name }) => name === 'round')
  expect(others).toEqual([])
  expect(whole).toMatchObject({ spanId, service: 'quorate-operator', attributes: { 'quorate.round': '7', 'quorate.members': 2 } })
  expect(whole!.parentSpanId || undefined).toBeUndefined()
  const below = spans.filter(({ parentSpanId }) => parentSpanId === spanId)
  expect(below.map(({ service, name, ms, error }) => ({ service, name, ms, error }))).toEqual(
    expect.arrayContaining([
      { service: 'quorate-member', name: 'train', ms: 250, error: undefined },
      { service: 'quorate-operator', name: 'aggregate', ms: 500, error: undefined },
      { service: 'quorate-operator', name: 'claim', ms: 100, error: 'RPC_UNREACHABLE' },
    ]),
  )
  expect(below).toHaveLength(3)
})

it('a dispute is a span from the first doubt to its end, and the start of a node is one of round 0', async () => {
  const events = new NodeEvents(silentLogger)
  const tracing = await start(events, 'member')
  events.emit({ event: 'started', task: 1n, account: MEMBER, duties: [], addresses: [], decimals: 18 })
  events.emit({ event: 'mismatch', round: 3n, claimHash: CLAIM, reason: 'gramRoot differs' })
  events.emit({ event: 'disputed', round: 3n, claimHash: CLAIM, reason: 'no peer serves the opening' })
  events.emit({ event: 'disputeEnded', round: 3n, claimHash: CLAIM, outcome: 'rejected' })
  events.emit({ event: 'notCounted', round: 3n, member: OPERATOR, verdict: 'rejected', reason: 'far from the others' })
  await tracing[Symbol.asyncDispose]()
  const seen = collector.spans.map(({ name, traceId, attributes }) => ({ name, traceId, verdict: attributes['quorate.verdict'] }))
  expect(seen).toEqual([
    { name: 'join', traceId: roundContext(TASK, 0n).traceId, verdict: undefined },
    { name: 'dispute', traceId: roundContext(TASK, 3n).traceId, verdict: 'rejected' },
    { name: 'notCounted', traceId: roundContext(TASK, 3n).traceId, verdict: 'rejected' },
  ])
  expect(collector.spans[0]!.attributes['quorate.member']).toBe(MEMBER)
})

it('a collector that refuses spans costs the node nothing but a warning, which does not name it', async () => {
  collector.status = 400
  const warnings: unknown[] = []
  const logger = { ...silentLogger, warn: (...said: unknown[]) => void warnings.push(said) }
  const tracing = await startTracing(new NodeEvents(silentLogger), {
    endpoint: collector.endpoint,
    task: TASK,
    role: 'member',
    logger,
  })
  tracing.record({ name: 'train', round: 1n, startedAt: 0, endedAt: 1 })
  await tracing[Symbol.asyncDispose]()
  expect(warnings).toEqual([[{ spans: 1 }, 'the collector of traces takes no spans']])
})

it('rounds, tasks and chains have traces of their own; the case of an address makes no difference', () => {
  const ids = [
    roundContext(TASK, 1n),
    roundContext(TASK, 2n),
    roundContext({ ...TASK, task: 2n }, 1n),
    roundContext({ ...TASK, chainId: 1 }, 1n),
  ].map(({ traceId }) => traceId)
  expect(new Set(ids).size).toBe(4)
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/)
  expect(roundContext({ ...TASK, ledger: TASK.ledger.toLowerCase() }, 1n)).toEqual(roundContext(TASK, 1n))
})
