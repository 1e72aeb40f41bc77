import { describe, expect, it } from 'vitest'
import { similarity } from '../../../src/aggregation/index.ts'
import { AnswerCache, hasAnswer } from '../../../src/api/server/answer-cache.ts'
import { EventRing } from '../../../src/api/server/event-ring.ts'
import { HIDDEN, hidePaths } from '../../../src/api/server/hide-paths.ts'
import { problemOf } from '../../../src/api/server/problem.ts'
import { QuorateError, silentLogger } from '../../../src/core/index.ts'
import { NodeEvents } from '../../../src/node/index.ts'

describe('what no answer shows', () => {
  const hide = hidePaths(['/srv/quorate/member'])

  it.each([
    ['cannot read /srv/quorate/member/state/journal.db: no such file', `cannot read ${HIDDEN}: no such file`],
    ['the state folder /srv/quorate/member is full', `the state folder ${HIDDEN} is full`],
    ['{"file":"/srv/quorate/member/x.pem"}', `{"file":"${HIDDEN}"}`],
    ['/srv/quorate/members are others', '/srv/quorate/members are others'],
    ['dial /ip4/127.0.0.1/tcp/4001', 'dial /ip4/127.0.0.1/tcp/4001'],
  ])('%s', (text, shown) => {
    expect(hide(text)).toBe(shown)
  })

  it('a defect has no message of its own', () => {
    expect(problemOf(new Error('/etc/passwd'))).toMatchObject({ status: 500, code: 'INTERNAL' })
    expect(problemOf(new Error('/etc/passwd')).detail).not.toContain('passwd')
    expect(problemOf(new QuorateError('RPC_UNREACHABLE', 'no answer'))).toMatchObject({ status: 503, detail: 'no answer' })
  })
})

describe('similarity', () => {
  it('is that of vectors', () => {
    // (3, 4), (4, 3), (0, 0): pairs (i, j), j ≤ i.
    const { products, cosines, norms } = similarity([25n, 24n, 25n, 0n, 0n, 0n])
    expect(products).toEqual([
      ['25', '24', '0'],
      ['24', '25', '0'],
      ['0', '0', '0'],
    ])
    expect(cosines).toEqual([
      [1, 24 / 25, 0],
      [24 / 25, 1, 0],
      [0, 0, 0],
    ])
    expect(norms).toEqual([5, 5, 0])
    expect(similarity([])).toEqual({ products: [], cosines: [], norms: [] })
  })
})

describe('the ring of events', () => {
  const events = new NodeEvents(silentLogger)
  const ring = new EventRing(events, (text) => text, { events: 3, bytes: 2 ** 20 })
  for (let round = 1n; round <= 5n; round++) events.emit({ event: 'voided', round })
  const idsFrom = (from: number): string[] =>
    [...(ring.piece(from, 2 ** 20)?.bytes.toString() ?? '').matchAll(/^id: \w+-(\d+)$/gm)].map((match) => match[1]!)

  it('keeps the newest', () => {
    expect([ring.first, ring.last]).toEqual([3, 5])
    expect(idsFrom(3)).toEqual(['3', '4', '5'])
    expect(idsFrom(5)).toEqual(['5'])
    expect(ring.piece(2, 100)).toBeUndefined()
    expect(ring.piece(6, 100)).toBeUndefined()
    // At least one frame, however large.
    expect(ring.piece(3, 1)!.next).toBe(4)
  })

  it.each([
    [undefined, 6, true],
    ['run-5', 6, true],
    ['run-2', 3, true],
    ['run-1', 3, false],
    ['run-9', 3, false],
    ['00000000-4', 3, false],
    ['nonsense', 3, false],
  ])('a client that names %s goes on', (id, next, complete) => {
    expect(ring.resume(id?.replace('run', ring.run))).toEqual({ next, complete })
  })
})

describe('answers', () => {
  it('are made once for each state, and again after a failure', async () => {
    const cache = new AnswerCache()
    let made = 0
    const make = async (): Promise<string> => {
      if (++made === 1) throw new Error('once')
      return String(made)
    }
    await expect(cache.get('/a', '1', make)).rejects.toThrow('once')
    const [one, other] = await Promise.all([cache.get('/a', '1', make), cache.get('/a', '1', make)])
    expect(one).toBe(other)
    expect((await cache.get('/a', '2', make)).text).toBe('3')
    expect(hasAnswer(`W/${one.etag}`, one.etag)).toBe(true)
    expect(hasAnswer('"x", "y"', one.etag)).toBe(false)
  })
})
