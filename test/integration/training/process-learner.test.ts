import { spawn } from 'node:child_process'
import { mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { pollUntil } from '../../support/poll-until.ts'
import { silentLogger } from '../../../src/core/index.ts'
import type { Logger } from '../../../src/core/index.ts'
import { createProcessLearner } from '../../../src/training/process/index.ts'
import type { ProcessLearner, ProcessLearnerOptions } from '../../../src/training/process/index.ts'
import { tensorLayout } from '../../../src/training/layout.ts'
import { LONG } from '../../support/long.ts'

const CHILD = join(import.meta.dirname, '../../support/trainer/child.ts')
const layout = tensorLayout([
  { name: 'dense.weight', shape: [3, 5] },
  { name: 'dense.bias', shape: [5] },
])

let folder = ''
let notes = ''
const learners: ProcessLearner[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quorate-process-'))
  notes = join(folder, 'notes')
})
afterEach(async () => {
  await Promise.all(learners.splice(0).map(async (learner) => learner[Symbol.asyncDispose]()))
  await rm(folder, { recursive: true })
})

interface Line {
  fields: Record<string, unknown>
  message: string
}

function recordingLogger(lines: Line[]): Logger {
  const record = (fields: Record<string, unknown>, message: string): void => void lines.push({ fields, message })
  return { ...silentLogger, info: record, warn: record }
}

async function learnerOf(behaviour: string, options: Partial<ProcessLearnerOptions> = {}): Promise<ProcessLearner> {
  const learner = await createProcessLearner({
    command: [process.execPath, CHILD, behaviour, notes],
    layout,
    training: '{"epochs":2}',
    seed: 1,
    way: 'frames',
    logger: silentLogger,
    ...options,
    limits: { killMs: 200, graceMs: 200, pauseMs: 1, ...options.limits },
  })
  learners.push(learner)
  return learner
}

const noted = async (): Promise<string> => readFile(notes, 'utf8').catch(() => '')
const saw = async (text: string): Promise<void> => pollUntil(async () => (await noted()).includes(text))
const pids = async (): Promise<number[]> => [...(await noted()).matchAll(/^pid (\d+)$/gm)].map(([, pid]) => Number(pid))
const lives = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

function weightsOf(value: number): Float32Array {
  const weights = new Float32Array(layout.paddedLength)
  for (const { offset, length } of layout.tensors) weights.fill(value, offset, offset + length)
  return weights
}

describe('a program that trains', () => {
  it.each(['good', 'delta'])('receives weights and sends its result (%s)', async (behaviour) => {
    const learner = await learnerOf(behaviour)
    const { delta, metrics } = await learner.train({ weights: weightsOf(2), step: 4, round: 9n })
    expect(delta).toEqual(weightsOf(1))
    expect(metrics).toEqual({ loss: 0.5, samples: 7 })
    expect(await noted()).toContain('job 1 step 4 round 9 {"epochs":2}')
  })

  it('does several jobs one after the other, and measures models', async () => {
    const learner = await learnerOf('good')
    for (const step of [1, 2]) await learner.train({ weights: weightsOf(step), step })
    expect(await learner.evaluate(weightsOf(0))).toMatchObject({ accuracy: 0.75, loss: 0.25, samples: 4 })
    expect(await pids()).toHaveLength(1)
  })

  it('says so when the program does not measure', async () => {
    const learner = await learnerOf('trainOnly')
    await expect(learner.evaluate(weightsOf(0))).rejects.toMatchObject({ code: 'TRAINER_FAILED' })
    expect((await learner.train({ weights: weightsOf(0), step: 1 })).delta).toEqual(weightsOf(1))
  })

  it('is started again for the next job when it ends after each', async () => {
    const learner = await learnerOf('once')
    for (const step of [1, 2, 3]) expect((await learner.train({ weights: weightsOf(step), step })).delta).toEqual(weightsOf(1))
    expect(await pids()).toHaveLength(3)
  })

  it('ends when the node stops, with the folder of the socket', async () => {
    const learner = await learnerOf('good')
    await learner.train({ weights: weightsOf(0), step: 1 })
    await learner[Symbol.asyncDispose]()
    const [pid] = await pids()
    expect(lives(pid!)).toBe(false)
    await expect(stat(dirname(/^socket (.+)$/m.exec(await noted())![1]!))).rejects.toMatchObject({ code: 'ENOENT' })
    await expect(learner.train({ weights: weightsOf(0), step: 2 })).rejects.toMatchObject({ code: 'CANCELLED' })
  })

  it('stops with what it has when the time is up', async () => {
    const learner = await learnerOf('soft', { limits: { graceMs: 60_000 } })
    const seen: number[] = []
    const { delta } = await learner.train({
      weights: weightsOf(0),
      step: 1,
      deadline: Date.now() + 1500,
      onProgress: ({ batches, total, loss }) => seen.push(batches, total, loss),
    })
    expect(delta).toEqual(weightsOf(1))
    expect(await noted()).toContain('ending 1')
    expect(seen.slice(0, 3)).toEqual([1, 10, 0.7])
  })
})

/** What the program does, the code of the error, and the tensor that it names. `npm test` has the first three. */
const UNUSABLE: readonly [behaviour: string, code: string, tensor: string][] = [
  ['nan', 'TRAINING_DIVERGED', 'dense.bias'],
  ['missing', 'TRAINER_TENSOR', 'dense.bias'],
  ['shape', 'TRAINER_TENSOR', 'dense.weight'],
  ['extra', 'TRAINER_TENSOR', 'bn.num_batches_tracked'],
  ['half', 'TRAINER_TENSOR', 'dense.weight'],
  ['short', 'TRAINER_TENSOR', 'dense.weight'],
  ['long', 'TRAINER_TENSOR', 'dense.weight'],
]

describe('a result that cannot be used', () => {
  it.each(LONG ? UNUSABLE : UNUSABLE.slice(0, 3))(
    '%s: %s names the tensor, and the program goes on',
    async (behaviour, code, tensor) => {
      const learner = await learnerOf(behaviour)
      for (const step of [1, 2])
        await expect(learner.train({ weights: weightsOf(0), step })).rejects.toMatchObject({
          code,
          details: { tensor },
          message: expect.stringContaining(tensor) as string,
        })
      expect(await pids()).toHaveLength(1)
    },
  )

  it('is not taken twice', async () => {
    const learner = await learnerOf('twice')
    for (const step of [1, 2]) expect((await learner.train({ weights: weightsOf(step), step })).delta).toEqual(weightsOf(1))
    await saw('again false')
  })

  it('may be left out: the round is over for the program', async () => {
    const learner = await learnerOf('skip')
    await expect(learner.train({ weights: weightsOf(0), step: 1 })).rejects.toMatchObject({ code: 'TRAINER_FAILED' })
  })
})

describe('a program that fails', () => {
  it('does not exist', async () => {
    const missing = createProcessLearner({
      command: ['quorate-no-such-program'],
      layout,
      training: '{}',
      seed: 1,
      logger: silentLogger,
    })
    await expect(missing).rejects.toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringContaining('ENOENT') as string })
  })

  it('ends with a code: the error has its last lines, and it is started again', async () => {
    const lines: Line[] = []
    const learner = await learnerOf('exit3', { logger: recordingLogger(lines) })
    for (const step of [1, 2])
      await expect(learner.train({ weights: weightsOf(0), step })).rejects.toMatchObject({
        code: 'TRAINER_CRASHED',
        message: expect.stringContaining('exit code 3: ModuleNotFoundError') as string,
        details: { exitCode: 3 },
      })
    expect((await pids()).length).toBeGreaterThan(1)
    expect(lines.map(({ message }) => message)).toContain('trainer: ModuleNotFoundError: no module named "data"')
  })

  it('pauses longer after each failure than the round has', async () => {
    const learner = await learnerOf('exit3', { limits: { pauseMs: 3_600_000, maxPauseMs: 3_600_000 } })
    await expect(learner.train({ weights: weightsOf(0), step: 1 })).rejects.toMatchObject({ code: 'TRAINER_CRASHED' })
    await expect(learner.train({ weights: weightsOf(0), step: 2, deadline: Date.now() + 60_000 })).rejects.toMatchObject({
      code: 'TRAINER_CRASHED',
      message: expect.stringContaining('started again later') as string,
    })
    expect(await pids()).toHaveLength(1)
  })

  it('is killed while it trains', async () => {
    const learner = await learnerOf('crash')
    await expect(learner.train({ weights: weightsOf(0), step: 1 })).rejects.toMatchObject({
      code: 'TRAINER_CRASHED',
      details: { signal: 'SIGSEGV' },
    })
  })

  it('never asks for work', async () => {
    const learner = await learnerOf('silent', { limits: { startMs: 300 } })
    await expect(learner.train({ weights: weightsOf(0), step: 1 })).rejects.toMatchObject({ code: 'TRAINER_TIMEOUT' })
    await pollUntil(async () => (await pids()).every((pid) => !lives(pid)))
  })

  it('hangs past the deadline', async () => {
    const learner = await learnerOf('hang')
    await expect(learner.train({ weights: weightsOf(0), step: 1, deadline: Date.now() + 1000 })).rejects.toMatchObject({
      code: 'TRAINER_TIMEOUT',
    })
    await pollUntil(async () => (await pids()).every((pid) => !lives(pid)))
  })

  it('goes on after the training was cancelled: it is ended', async () => {
    const learner = await learnerOf('hang')
    const abort = new AbortController()
    const running = learner.train({ weights: weightsOf(0), step: 1, signal: abort.signal })
    await saw('hangs')
    abort.abort()
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED' })
    await pollUntil(async () => (await pids()).every((pid) => !lives(pid)))
  })

  it('takes more memory than it may', async () => {
    const learner = await learnerOf('eater', { limits: { memoryBytes: 400 * 1024 * 1024 } })
    await expect(learner.train({ weights: weightsOf(0), step: 1 })).rejects.toMatchObject({
      code: 'TRAINER_MEMORY',
      message: expect.stringContaining('the limit is 400 MiB') as string,
    })
  })

  it('floods its output: the log stays short', async () => {
    const lines: Line[] = []
    const learner = await learnerOf('flood', { logger: recordingLogger(lines) })
    expect((await learner.train({ weights: weightsOf(0), step: 1 })).delta).toEqual(weightsOf(1))
    // 100,000 lines were written; the log takes 200 at once and 20 a second.
    expect(lines.length).toBeLessThan(20_000)
    expect(lines.some(({ message }) => /lines left out/.test(message))).toBe(true)
  })

  it('does not know the token', async () => {
    const learner = await learnerOf('stranger')
    await expect(learner.train({ weights: weightsOf(0), step: 1 })).rejects.toMatchObject({ code: 'TRAINER_CRASHED' })
    expect(await noted()).toContain('the token is not that of the program')
  })
})

describe('a node that is killed', () => {
  it('leaves no program behind, and the next node removes its folder', async () => {
    const node = spawn(process.execPath, [join(import.meta.dirname, '../../support/trainer/node.ts'), notes], {
      stdio: 'inherit',
    })
    await saw('hangs')
    const path = dirname(/^socket (.+)$/m.exec(await noted())![1]!)
    expect((await stat(path)).mode & 0o777).toBe(0o700)
    const ended = new Promise((resolve) => node.once('exit', resolve))
    node.kill('SIGKILL')
    await ended
    await saw('detached')
    const [pid] = await pids()
    await pollUntil(async () => !lives(pid!))
    await learnerOf('good')
    await expect(readdir(path)).rejects.toMatchObject({ code: 'ENOENT' })
  })
})
