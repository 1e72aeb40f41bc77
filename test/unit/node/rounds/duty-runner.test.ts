import { afterEach, describe, expect, it } from 'vitest'
import { noMetrics, QuorateError, silentLogger } from '../../../../src/core/index.ts'
import type { Logger } from '../../../../src/core/index.ts'
import { DutyRunner, Rounds } from '../../../../src/node/index.ts'
import type { RoundDuties } from '../../../../src/node/index.ts'
import { commitmentsHash, DUTY_OF, selfWith } from '../../../../src/protocol/index.ts'
import type { RoundDuty, RoundEffect, RoundEvent } from '../../../../src/protocol/index.ts'
import { createMemoryJournal } from '../../../../src/storage/index.ts'
import fc from '../../../support/fast-check.ts'
import { address, hash, PLAN, roundEvent, SIGNATURE } from '../../../support/node/round-events.ts'

const trained: RoundEvent = { type: 'trained', updateRoot: hash(12), salt: hash(22) }
const held: RoundEvent = { type: 'held', updateRoot: hash(7) }
const ROWS = [1, 2].map((n) => ({
  member: address(n),
  commitment: hash(n),
  source: { via: 'signature' as const, signature: SIGNATURE },
}))
const SEALED: RoundEvent = {
  type: 'sealed',
  digest: commitmentsHash(ROWS),
  count: ROWS.length,
  sealedAt: 1000,
}
const SEAL: RoundEvent = { type: 'seal', rows: ROWS }
const reveal = (n: number): RoundEvent => ({
  type: 'reveal',
  member: address(n),
  updateRoot: hash(n),
  salt: hash(n),
  signature: SIGNATURE,
})

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

interface Run {
  rounds: Rounds
  runner: DutyRunner
  failures: Record<string, string>[]
}

/** Member 1 with these duties, over a round that is open. */
function run(
  duties: RoundDuties,
  names = Object.keys(duties) as RoundDuty[],
  retryMs = 1,
  logger: Logger = silentLogger,
  aheadMs?: number,
): Run {
  const rounds = new Rounds({ journal: createMemoryJournal(), logger: silentLogger, metrics: noMetrics })
  const failures: Record<string, string>[] = []
  const count = (name: string, labels: Record<string, string> = {}): void =>
    void (name === 'round_effect_failures_total' && failures.push(labels))
  const self = selfWith(address(1), names)
  const metrics = { ...noMetrics, count }
  const runner = new DutyRunner({ self, rounds, duties, logger, metrics, retryMs, ...(aheadMs !== undefined && { aheadMs }) })
  stops.push(async () => runner.stop())
  rounds.open(PLAN)
  return { rounds, runner, failures }
}

/** Resolves when a round has reached a state. */
async function reaches(rounds: Rounds, holds: (state: NonNullable<Rounds['latest']>) => boolean): Promise<void> {
  if (rounds.latest && holds(rounds.latest)) return
  return new Promise((resolve) => rounds.onChange((state) => void (holds(state) && resolve())))
}

describe('the duty runner', () => {
  it('does not do what is owed no more when its turn comes, and does it when it is owed again', async () => {
    let trainings = 0
    const { rounds, runner } = run({ train: { train: async () => (trainings++, [trained]) } }, ['train'])
    rounds.close(1n)
    rounds.open({ ...PLAN, resumed: true })
    runner.start()
    rounds.dispatch(1n, { type: 'asked' })
    // In the same turn: the key spoke elsewhere.
    rounds.dispatch(1n, { type: 'foreign', since: 'before' })
    await new Promise(setImmediate)
    expect(trainings).toBe(0)
    rounds.open({ ...PLAN, round: 2n })
    await reaches(rounds, ({ own }) => own !== undefined)
    expect(trainings).toBe(1)
  })

  it('warns once of a failure that repeats, and again of another', async () => {
    const codes = ['PEER_UNREACHABLE', 'PEER_UNREACHABLE', 'PEER_UNREACHABLE', 'BLOB_NOT_FOUND', 'BLOB_NOT_FOUND'] as const
    const warned: unknown[] = []
    const logger: Logger = { ...silentLogger, warn: ({ code }) => void warned.push(code) }
    let tries = 0
    const duties: RoundDuties = {
      train: {
        async train() {
          const code = codes[tries++]
          if (code) throw new QuorateError(code, 'not now')
          return [trained]
        },
      },
    }
    const { rounds, runner, failures } = run(duties, undefined, 1, logger)
    runner.start()
    await reaches(rounds, ({ own }) => own !== undefined)
    expect(warned).toEqual(['PEER_UNREACHABLE', 'BLOB_NOT_FOUND'])
    expect(failures).toHaveLength(codes.length)
  })

  it('counts no failure while the chain is ahead by a block, and counts one when that does not end', async () => {
    const refused = async (): Promise<never> => {
      throw new QuorateError('TRANSACTION_REVERTED', 'cannot seal', { details: { error: 'AlreadySealed' } })
    }
    for (const [aheadMs, counted] of [
      [undefined, 0],
      [0, 3],
    ] as const) {
      let tries = 0
      const duties: RoundDuties = { train: { train: async () => (tries++ < 3 ? refused() : [trained]) } }
      const { rounds, runner, failures } = run(duties, undefined, 1, silentLogger, aheadMs)
      runner.start()
      await reaches(rounds, ({ own }) => own !== undefined)
      expect(failures).toHaveLength(counted)
      await runner.stop()
    }
  })

  it('counts other refusals of the ledger at once', async () => {
    let tries = 0
    const refused = async (): Promise<never> => {
      throw new QuorateError('TRANSACTION_REVERTED', 'cannot seal', { details: { error: 'TooLate' } })
    }
    const { rounds, runner, failures } = run({ train: { train: async () => (tries++ < 1 ? refused() : [trained]) } })
    runner.start()
    await reaches(rounds, ({ own }) => own !== undefined)
    expect(failures).toEqual([{ effect: 'train', code: 'TRANSACTION_REVERTED' }])
  })

  it('pays the debts of rounds that are open when it starts, and none before', async () => {
    let calls = 0
    const { rounds, runner } = run({
      train: {
        async train() {
          calls++
          return [trained]
        },
      },
    })
    rounds.dispatch(1n, held)
    expect(calls).toBe(0)
    runner.start()
    await reaches(rounds, ({ own }) => own !== undefined)
    expect(calls).toBe(1)
  })

  it('performs each debt once at a time, whatever happens meanwhile', async () => {
    const finish = Promise.withResolvers<void>()
    const begun = Promise.withResolvers<void>()
    let [running, most, calls] = [0, 0, 0]
    const { rounds, runner } = run({
      train: {
        async train() {
          calls++
          most = Math.max(most, ++running)
          begun.resolve()
          await finish.promise
          running--
          return [trained]
        },
      },
    })
    runner.start()
    await begun.promise
    for (let n = 0; n < 50; n++) rounds.dispatch(1n, { type: 'held', updateRoot: hash(100 + n) })
    finish.resolve()
    await reaches(rounds, ({ own }) => own !== undefined)
    expect([calls, most]).toEqual([1, 1])
  })

  it('performs different debts side by side', async () => {
    const both = Promise.withResolvers<void>()
    const running = new Set<string>()
    const { rounds, runner } = run({
      hold: {
        async fetch({ updateRoot }) {
          running.add(updateRoot)
          if (running.size === 2) both.resolve()
          await both.promise
          return [{ type: 'held', updateRoot }]
        },
      },
    })
    runner.start()
    rounds.dispatch(1n, SEALED)
    rounds.dispatch(1n, SEAL)
    rounds.dispatch(1n, reveal(1))
    rounds.dispatch(1n, reveal(2))
    await reaches(rounds, (state) => state.held.size === 2)
  })

  it('tries again what failed, and what is still owed after it ended well', async () => {
    const outcomes = [
      () => Promise.reject(new QuorateError('PEER_UNREACHABLE', 'away')),
      () => Promise.reject(new TypeError('a mistake')),
      // The operator that stops cancels the call: the member is not stopping.
      () => Promise.reject(new QuorateError('CANCELLED', 'the other side went away')),
      async () => [],
      async () => [trained],
    ]
    let calls = 0
    const { rounds, runner, failures } = run({ train: { train: async () => outcomes[calls++]!() } })
    runner.start()
    await reaches(rounds, ({ own }) => own !== undefined)
    expect(calls).toBe(5)
    expect(failures).toEqual(['PEER_UNREACHABLE', 'INTERNAL', 'CANCELLED'].map((code) => ({ effect: 'train', code })))
  })

  it('pays no debt that went away while it waited', async () => {
    let calls = 0
    const failed = Promise.withResolvers<void>()
    const { rounds, runner } = run({
      train: {
        async train() {
          calls++
          failed.resolve()
          throw new QuorateError('PEER_UNREACHABLE', 'away')
        },
      },
      hold: { fetch: async ({ updateRoot }) => [{ type: 'held', updateRoot }] },
    })
    runner.start()
    await failed.promise
    rounds.dispatch(1n, trained)
    // Enough retries of another debt go by.
    rounds.dispatch(1n, SEALED)
    rounds.dispatch(1n, SEAL)
    rounds.dispatch(1n, reveal(2))
    await reaches(rounds, (state) => state.held.has(hash(2)))
    await runner.stop()
    expect(calls).toBe(1)
  })

  it('aborts what hangs when it stops, waits for its end, and begins nothing more', async () => {
    const begun = Promise.withResolvers<void>()
    let [calls, ended] = [0, false]
    const { rounds, runner, failures } = run({
      train: {
        async train(_effect, _state, signal) {
          calls++
          begun.resolve()
          await new Promise((resolve) => signal.addEventListener('abort', resolve))
          await Promise.resolve()
          ended = true
          throw new QuorateError('CANCELLED', 'stopped')
        },
      },
    })
    runner.start()
    await begun.promise
    await runner.stop()
    expect([ended, failures]).toEqual([true, []])
    rounds.dispatch(1n, held)
    rounds.open({ ...PLAN, round: 2n })
    await runner.stop()
    expect(calls).toBe(1)
  })

  it('drops what comes of a round that was closed meanwhile', async () => {
    const begun = Promise.withResolvers<void>()
    const finish = Promise.withResolvers<void>()
    const { rounds, runner } = run({
      train: {
        async train() {
          begun.resolve()
          await finish.promise
          return [trained]
        },
      },
    })
    runner.start()
    await begun.promise
    rounds.close(1n)
    finish.resolve()
    await runner.stop()
    expect(rounds.states()).toEqual([])
  })

  it('performs nothing that is not among its duties', async () => {
    const effects: { [D in RoundDuty]?: RoundEffect['type'][] } = {}
    for (const [type, duty] of Object.entries(DUTY_OF)) (effects[duty] ??= []).push(type as RoundEffect['type'])
    const every = Object.keys(effects) as RoundDuty[]
    await fc.assert(
      fc.asyncProperty(fc.array(roundEvent, { maxLength: 20 }), fc.subarray(every), async (events, names) => {
        const performed = new Set<RoundEffect['type']>()
        const handler = async ({ type }: RoundEffect): Promise<RoundEvent[]> => {
          performed.add(type)
          return []
        }
        const handlersOf = (duty: RoundDuty) => Object.fromEntries(effects[duty]!.map((type) => [type, handler]))
        // Handlers of all duties are there, and only the named ones are owed.
        const { rounds, runner } = run(
          Object.fromEntries(every.map((duty) => [duty, handlersOf(duty)])) as RoundDuties,
          names,
          10_000,
        )
        runner.start()
        for (const event of events) rounds.dispatch(1n, event)
        await runner.stop()
        for (const type of performed) expect(names).toContain(DUTY_OF[type])
      }),
      { numRuns: 100 },
    )
  })

  it('performs no effect that a duty leaves out: a node that only watches attests to nothing', async () => {
    const fetched: RoundEffect[] = []
    const { rounds, runner, failures } = run({
      hold: {
        async fetch(effect) {
          fetched.push(effect)
          return [{ type: 'held', updateRoot: effect.updateRoot }]
        },
      },
    })
    runner.start()
    for (const event of [SEALED, SEAL, reveal(1), reveal(2)]) rounds.dispatch(1n, event)
    await reaches(rounds, (state) => state.held.size === 2)
    rounds.tick(1059)
    await runner.stop()
    expect([fetched.map(({ type }) => type), failures]).toEqual([['fetch', 'fetch'], []])
    expect(rounds.state(1n)?.attestations.size).toBe(0)
  })
})
