import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { QuorateError, silentLogger } from '../../../src/core/index.ts'
import { DurableJobs } from '../../../src/node/index.ts'
import type { DurableJobsOptions } from '../../../src/node/durable-jobs.ts'
import { openJournal } from '../../../src/storage/index.ts'
import type { Journal } from '../../../src/storage/index.ts'
import fc from '../../support/fast-check.ts'

interface Job {
  name: string
  step: number
}

let folder: string
let journal: Journal
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quorate-jobs-'))
  journal = openJournal(folder)
})
afterEach(() => {
  journal.close()
  rmSync(folder, { recursive: true })
})

function jobs(options: Pick<DurableJobsOptions<Job>, 'attempt'> & Partial<DurableJobsOptions<Job>>): DurableJobs<Job> {
  return new DurableJobs({
    name: 'jobs',
    prefix: 'job/',
    journal,
    keyOf: ({ name }) => name,
    onTrouble: () => {},
    logger: silentLogger,
    retryMs: 1,
    maxDoublings: 0,
    ...options,
  })
}

const open = (): Job[] => journal.entries<Job>('job/').map(([, job]) => job)

/** The next process: nothing of the last one is left but the journal. */
async function restart(old: DurableJobs<Job>): Promise<void> {
  await old.stop()
  journal.close()
  journal = openJournal(folder)
}

it('a job is in the journal before anything is done about it, and out of it when it is over', async () => {
  const seen: Job[][] = []
  const made = jobs({
    attempt: async () => {
      seen.push(open())
      return 'over'
    },
  })
  made.add({ name: 'a', step: 0 })
  await made.settled()
  expect(seen).toEqual([[{ name: 'a', step: 0 }]])
  expect(open()).toEqual([])
})

it('a job goes on at its step after a crash at any of them, and skips none', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(5), { maxLength: 4 }), async (crashes) => {
      const done: number[] = []
      const left = [...crashes].sort((a, b) => a - b)
      const life = async (): Promise<'over' | 'killed'> => {
        const killed = Promise.withResolvers<'killed'>()
        const made = jobs({
          async attempt({ name, step }, signal) {
            if (left[0] === step) {
              left.shift()
              killed.resolve('killed')
              // The process dies here: what it would have done does not happen.
              return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('killed'))))
            }
            done.push(step)
            return step === 5 ? 'over' : { goOnWith: { name, step: step + 1 } }
          },
        })
        await made.start()
        if (done.length === 0) made.add({ name: 'a', step: 0 })
        const end = await Promise.race([killed.promise, made.settled().then(() => 'over' as const)])
        await restart(made)
        return end
      }
      while ((await life()) === 'killed');
      expect(done).toEqual([0, 1, 2, 3, 4, 5])
      expect(open()).toEqual([])
    }),
    { numRuns: 15 },
  )
})

it('a crash between an attempt and its journal entry repeats the attempt', async () => {
  const done: number[] = []
  const attempt = async ({ name, step }: Job): Promise<'over' | { goOnWith: Job }> => {
    done.push(step)
    return step === 2 ? 'over' : { goOnWith: { name, step: step + 1 } }
  }
  const full = Promise.withResolvers<void>()
  const dying = jobs({
    attempt,
    // Nothing can be written any more.
    journal: {
      get: (key) => journal.get(key),
      entries: (prefix) => journal.entries(prefix),
      delete: (key) => journal.delete(key),
      set(key, value) {
        if ((value as Job).step > 0) throw new QuorateError('STORAGE_FULL', 'full')
        journal.set(key, value)
      },
    },
    onTrouble: (_job, { code }) => void (code === 'STORAGE_FULL' && done.length === 3 && full.resolve()),
  })
  dying.add({ name: 'a', step: 0 })
  await full.promise
  await restart(dying)
  // What is not in the journal is not gone on with.
  expect(new Set(done)).toEqual(new Set([0]))
  done.length = 0
  const next = jobs({ attempt })
  await next.start()
  await next.settled()
  expect(done).toEqual([0, 1, 2])
})

it('what fails is told of with a code and tried again, and so is what is not over', async () => {
  const outcomes = [
    () => Promise.reject(new QuorateError('RPC_UNREACHABLE', 'away')),
    () => Promise.reject(new TypeError('a mistake')),
    async () => undefined,
    async () => 'over' as const,
  ]
  let tries = 0
  const told: string[] = []
  const made = jobs({ attempt: async () => outcomes[tries++]!(), onTrouble: (_job, { code }) => void told.push(code) })
  made.add({ name: 'a', step: 0 })
  await made.settled()
  expect([tries, told, open()]).toEqual([4, ['RPC_UNREACHABLE', 'INTERNAL'], []])
})

it('telling of trouble may fail, too: the job goes on', async () => {
  let tries = 0
  const made = jobs({
    async attempt() {
      if (tries++ < 2) throw new QuorateError('RPC_UNREACHABLE', 'away')
      return 'over'
    },
    onTrouble: async () => Promise.reject(new QuorateError('RPC_UNREACHABLE', 'still away')),
  })
  made.add({ name: 'a', step: 0 })
  await made.settled()
  expect([tries, open()]).toEqual([3, []])
})

it('one run of a job at a time, and others beside it', async () => {
  const finish = Promise.withResolvers<void>()
  const both = Promise.withResolvers<void>()
  const begun: string[] = []
  const made = jobs({
    async attempt({ name }) {
      begun.push(name)
      if (begun.length === 2) both.resolve()
      await finish.promise
      return 'over'
    },
  })
  made.add({ name: 'a', step: 0 })
  made.add({ name: 'a', step: 0 })
  made.add({ name: 'b', step: 0 })
  await both.promise
  made.add({ name: 'b', step: 3 })
  finish.resolve()
  await made.settled()
  expect(begun).toEqual(['a', 'b'])
})

it('what the journal knows of a job counts more than what is given', async () => {
  journal.set('job/a', { name: 'a', step: 4 })
  const steps: number[] = []
  const made = jobs({
    async attempt({ step }) {
      steps.push(step)
      return 'over'
    },
  })
  made.add({ name: 'a', step: 0 })
  await made.settled()
  expect(steps).toEqual([4])
  // Once it is over, it may begin anew.
  made.add({ name: 'a', step: 1 })
  await made.settled()
  expect(steps).toEqual([4, 1])
})

it('settled waits for jobs that began while it waited', async () => {
  const order: string[] = []
  const made: DurableJobs<Job> = jobs({
    async attempt({ name }) {
      order.push(name)
      if (name === 'a') made.add({ name: 'b', step: 0 })
      return 'over'
    },
  })
  made.add({ name: 'a', step: 0 })
  await made.settled()
  expect(order).toEqual(['a', 'b'])
})

it('stopping aborts what hangs, keeps its job, and takes no more', async () => {
  const begun = Promise.withResolvers<void>()
  const told: unknown[] = []
  const made = jobs({
    async attempt(_job, signal) {
      begun.resolve()
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))))
    },
    onTrouble: (_job, error) => void told.push(error),
  })
  made.add({ name: 'a', step: 0 })
  await begun.promise
  await made.stop()
  made.add({ name: 'b', step: 0 })
  await made.settled()
  expect([open(), told]).toEqual([[{ name: 'a', step: 0 }], []])
})

it('jobs of an earlier run wait until their inputs are ready, and stop without them', async () => {
  journal.set('job/a', { name: 'a', step: 0 })
  const ready = Promise.withResolvers<void>()
  let [tries, isReady] = [0, false]
  const attempt = async (): Promise<'over'> => {
    tries++
    expect(isReady).toBe(true)
    return 'over'
  }
  const stopped = jobs({ attempt, ready: ready.promise })
  await stopped.start()
  stopped.add({ name: 'b', step: 0 })
  await restart(stopped)
  expect([tries, open().length]).toEqual([0, 2])
  const next = jobs({ attempt, ready: ready.promise })
  await next.start()
  isReady = true
  ready.resolve()
  await next.settled()
  expect([tries, open()]).toEqual([2, []])
})
