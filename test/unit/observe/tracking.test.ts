import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLogger } from '../../../src/core/index.ts'
import { NodeEvents } from '../../../src/node/events/index.ts'
import { openTrackers } from '../../../src/node/events/start-tracking.ts'
import { trackEvents } from '../../../src/node/events/track-events.ts'
import { tensorboardTracker } from '../../../src/observe/tracking/index.ts'
import type { TrackedValues } from '../../../src/observe/tracking/index.ts'
import { MlflowServer } from '../../support/mlflow-server.ts'
import { readEventFile } from '../../support/read-event-file.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quorate-tracking-'))
})
afterEach(async () => rm(folder, { recursive: true }))

describe('event files', () => {
  it('hold every number by step, with checksums that another reader agrees to', async () => {
    const tracker = tensorboardTracker({ folder: join(folder, 'run'), startedAt: 1_700_000_000, logger: silentLogger })
    for (let step = 1; step <= 50; step++) tracker.log(step, { 'training/loss': 1 / step, zero: 0 }, 1_700_000_000 + step)
    tracker.log(51, { diverged: Number.NaN }, 1_700_000_051)
    await tracker.close()
    const [name] = await readdir(join(folder, 'run'))
    expect(name).toMatch(/^events\.out\.tfevents\.1700000000\./)
    const { version, values } = readEventFile(await readFile(join(folder, 'run', name!)))
    expect(version).toBe('brain.Event:2')
    expect(values).toHaveLength(101)
    expect(values.slice(0, 2)).toEqual([
      { tag: 'training/loss', step: 1, value: 1, wallTime: 1_700_000_001 },
      { tag: 'zero', step: 1, value: 0, wallTime: 1_700_000_001 },
    ])
    expect(values.at(-1)!.value).toBeNaN()
  })

  it('cost nothing where they cannot be written', async () => {
    await writeFile(join(folder, 'file'), '')
    const warnings: unknown[] = []
    const logger = { ...silentLogger, warn: (...args: unknown[]) => void warnings.push(args) }
    const tracker = tensorboardTracker({ folder: join(folder, 'file', 'run'), startedAt: 1, logger })
    tracker.log(1, { a: 1 }, 1)
    await tracker.close()
    expect(warnings).toHaveLength(1)
  })
})

describe('MLflow', () => {
  const open = (server: string, dataFolder?: string) =>
    openTrackers({
      tracking: { mlflow: server, experiment: 'wards' },
      ...(dataFolder !== undefined && { dataFolder }),
      tags: { task: '7', role: 'member' },
      logger: silentLogger,
    })[0]!

  it('has the run with every number, and a restart goes on with it', async () => {
    await using server = await MlflowServer.start()
    for (const step of [1, 2]) {
      const tracker = open(server.address, folder)
      tracker.log(step, { 'training/loss': 1 / step, lost: Number.NaN }, 1_700_000_000)
      await tracker.close()
    }
    expect([...server.experiments.keys()]).toEqual(['wards'])
    expect([...server.runs.values()]).toEqual([
      {
        experiment: '1',
        name: 'task 7, member',
        tags: { task: '7', role: 'member' },
        status: 'RUNNING',
        metrics: [1, 2].map((step) => ({ key: 'training/loss', value: 1 / step, step, timestamp: 1_700_000_000_000 })),
      },
    ])
    server.runs.clear()
    const tracker = open(server.address, folder)
    tracker.log(3, { a: 1 }, 1)
    await tracker.close()
    expect(server.runs.size).toBe(1)
  })

  it('ends a run that nobody goes on with', async () => {
    await using server = await MlflowServer.start()
    const tracker = open(server.address)
    tracker.log(1, { a: 1 }, 1)
    await tracker.close()
    expect(server.runs.get('run-1')!.status).toBe('FINISHED')
  })

  it('passes over what the server refuses, and does not hold up the end for a server that is away', async () => {
    const refusing = await MlflowServer.start()
    refusing.failing = 400
    const tracker = open(refusing.address)
    tracker.log(1, { a: 1 }, 1)
    tracker.log(2, { a: 1 }, 1)
    await tracker.close()
    expect(refusing.calls.length).toBeGreaterThan(1)
    const { address } = refusing
    await refusing[Symbol.asyncDispose]()
    const away = open(address, folder)
    away.log(1, { a: 1 }, 1)
    await away.close()
  }, 20_000)
})

describe('the events of a node', () => {
  const member = `0x${'ab'.repeat(20)}` as const
  const row = (verdict: string) => ({
    member,
    verdict,
    reason: 'none',
    weight: 0,
    score: 0n,
    updateRoot: `0x${'00'.repeat(32)}` as const,
  })
  const claim = {
    round: 3n,
    claimHash: `0x${'01'.repeat(32)}`,
    modelRoot: `0x${'02'.repeat(32)}`,
    ledgerRoot: `0x${'03'.repeat(32)}`,
    rows: [row('accepted'), row('accepted'), row('rejected')],
    members: [member, member, member, member],
    quarantined: {},
    rewards: { [member]: '2500000' },
  } as const

  it('become numbers by round', () => {
    const events = new NodeEvents(silentLogger)
    const logged: [number, TrackedValues, number][] = []
    let now = 100
    const end = trackEvents(events, {
      trackers: [{ log: (...args) => void logged.push(args) }],
      clock: { now: () => now },
    })
    const phase = { deadline: 0, members: 4, committed: 0, revealed: 0, attested: 0, agreed: 0 }
    events.emit({ event: 'round', round: 3n, phase: 'commit', ...phase })
    now = 142
    events.emit({ event: 'round', round: 3n, phase: 'commit', ...phase })
    // A claim that is replayed before the node has started waits for the decimals of the token.
    events.emit({ event: 'replayed', ...claim, rows: [...claim.rows], members: [...claim.members] })
    expect(logged).toEqual([])
    events.emit({ event: 'started', task: 1n, account: member, duties: [], addresses: [], decimals: 6 })
    events.emit({ event: 'trained', round: 3n, loss: 0.5, samples: 10, clipped: 1, seconds: 2 })
    events.emit({ event: 'evaluated', round: 3n, accuracy: 0.9, loss: 0.3, samples: 5, metrics: { f1: 0.8 } })
    end()
    events.emit({ event: 'trained', round: 4n, loss: 0.5, samples: 10, clipped: 1, seconds: 2 })
    expect(logged.map(([step, , at]) => [step, at])).toEqual([
      [3, 142],
      [3, 142],
      [3, 142],
    ])
    expect(logged[0]![1]).toEqual({
      'round/members': 4,
      'round/sealed': 3,
      'round/seconds': 42,
      'updates/quarantined': 0,
      'updates/unavailable': 0,
      'updates/inadmissible': 0,
      'updates/accepted': 2,
      'updates/downweighted': 0,
      'updates/rejected': 1,
      'members/quarantined': 0,
      'rewards/total': 2.5,
      [`rewards/${member}`]: 2.5,
    })
    expect(logged[2]![1]).toEqual({ 'evaluation/loss': 0.3, 'evaluation/accuracy': 0.9, 'evaluation/f1': 0.8 })
  })
})
