import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { prepareTraining } from '../../../participant/member-data.ts'
import type { MemberTraining, TrainingNeeds } from '../../../participant/member-data.ts'
import { prepareTfjsProcess } from '../../../participant/tfjs-process.ts'
import { assembleTask, describeTask } from '../../../coordinator/actions/create-task.ts'
import { silentLogger } from '../../../src/core/index.ts'
import { draftSchema, parseSchema } from '../../../src/data/index.ts'
import { documentHash, genesisFromBytes } from '../../../src/protocol/index.ts'
import { defaultTask, formatTaskDocument } from '../../../src/training/index.ts'
import type { TrainProgress } from '../../../src/training/index.ts'
import { patients } from '../../support/cli/patients.ts'
import { LONG } from '../../support/long.ts'

const KEY = `0x${'11'.repeat(32)}` as const
/** Few digits, so that a training takes a second. */
const { spec, documentJson, genesis } = describeTask({
  model: 'mlp',
  seed: 1,
  localSamples: 640,
  rule: 'mean',
  byzantineBps: 0,
  rewardPerRound: 1n,
})
const needs = { spec, document: documentJson, secret: KEY, logger: silentLogger }
const model = genesisFromBytes(spec, genesis)
const training: MemberTraining = { backend: 'wasm', evaluate: true }
const MINUTE = 60_000

let folder: string
let count: number
/** Starts the process, with a state folder of its own. */
const startProcess = async (
  asked: typeof training,
  about: TrainingNeeds,
): Promise<Awaited<ReturnType<typeof prepareTfjsProcess>>> =>
  prepareTfjsProcess(asked, { ...about, dataFolder: join(folder, String(count++)) })
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quorate-own-process-'))
  count = 0
})
afterAll(async () => rm(folder, { recursive: true }))

describe('the built-in learner in a process of its own', () => {
  it('makes the same update as in this process, and measures the same', async () => {
    const inside = await prepareTraining(training, needs)
    const outside = await startProcess(training, needs)
    expect(outside).toMatchObject({ backend: 'wasm', samples: inside.samples })
    const progress: TrainProgress[] = []
    const input = { model, step: 1, deadline: Date.now() + 10 * MINUTE }
    const theirs = await outside.trainer.train({ ...input, onProgress: (one) => progress.push(one) })
    const ours = await inside.trainer.train(input)
    expect(Buffer.compare(Buffer.from(theirs.update.buffer), Buffer.from(ours.update.buffer))).toBe(0)
    expect(theirs.metrics).toMatchObject({ loss: ours.metrics.loss, samples: 640 })
    expect(progress.at(-1)).toMatchObject({ batches: 20, total: 20, epoch: 1 })
    const [measured, same] = [await outside.trainer.evaluate(model), await inside.trainer.evaluate(model)]
    expect(measured).toEqual(same)
    expect(measured.confusion).toHaveLength(10)
    outside.trainer.dispose()
    inside.trainer.dispose()
  })

  it.runIf(LONG)(
    'trains and measures with the personal layers of the member, which the node keeps',
    async () => {
      const own = defaultTask({ model: 'mlp', personal: ['output'] })
      own.document.local.samples = 640
      const files = assembleTask(own, { rule: 'mean', byzantineBps: 0, rewardPerRound: 1n })
      const about = { ...needs, spec: files.spec, document: files.documentJson }
      const [inside, outside] = [await prepareTraining(training, about), await startProcess(training, about)]
      const { personal } = await inside.trainer.train({ model: own.genesis, step: 1 })
      const [ours, theirs] = [
        await inside.trainer.train({ model: own.genesis, step: 2, personal: personal! }),
        await outside.trainer.train({ model: own.genesis, step: 2, personal: personal! }),
      ]
      expect(theirs.update).toEqual(ours.update)
      expect(theirs.personal).toEqual(ours.personal)
      expect(theirs.personal).not.toEqual(personal)
      const measured = await outside.trainer.evaluate(own.genesis, undefined, theirs.personal)
      expect(measured).toEqual(await inside.trainer.evaluate(own.genesis, undefined, ours.personal))
      expect(measured.accuracy).toBeGreaterThan((await inside.trainer.evaluate(own.genesis)).accuracy!)
      outside.trainer.dispose()
      inside.trainer.dispose()
    },
    60_000,
  )

  it.runIf(LONG)('trains privately, and says what each update costs', async () => {
    const privacy = { epsilon: 8, delta: 1e-6, clip: 1, noise: 1.1, batch: 60 }
    const { trainer, planned } = await startProcess({ ...training, privacy }, needs)
    // The task takes 640 of 60,000 samples an epoch: eleven steps with batches of 60.
    expect(planned).toEqual({ noiseMultiplier: 1.1, samplingRate: 0.001, steps: 11 })
    const whole = await trainer.train({ model, step: 1, deadline: Date.now() + 10 * MINUTE })
    expect(whole.spent).toEqual([planned])
    const cut = await trainer.train({ model, step: 1, deadline: Date.now() })
    expect(cut.spent).toEqual([{ ...planned, steps: 1 }])
    trainer.dispose()
    const wrong = startProcess({ ...training, privacy: { ...privacy, delta: 0.001 } }, needs)
    await expect(wrong).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('privacy.delta is 0.001') as string,
    })
  })

  it.runIf(LONG)('ends at the deadline with what it has, and can be cancelled', async () => {
    const long = describeTask({ model: 'mlp', seed: 1, localSamples: 0, rule: 'mean', byzantineBps: 0, rewardPerRound: 1n })
    const { trainer } = await startProcess(training, { ...needs, spec: long.spec, document: long.documentJson })
    const { update, metrics } = await trainer.train({ model, step: 1, deadline: Date.now() })
    expect(metrics.samples).toBe(32)
    expect(metrics.loss).toBeGreaterThan(0)
    expect(update.some((value) => value !== 0)).toBe(true)
    const stop = new AbortController()
    const cancelled = trainer.train({ model, step: 1, signal: stop.signal, onProgress: () => stop.abort() })
    await expect(cancelled).rejects.toMatchObject({ code: 'CANCELLED' })
    // The same process does the next job.
    expect((await trainer.train({ model, step: 2, deadline: Date.now() })).metrics.samples).toBe(32)
    trainer.dispose()
  })

  it('says why it cannot train, with the code that it has in one process', async () => {
    const file = join(folder, 'wrong.csv')
    await writeFile(file, patients('founder'))
    const { schema } = await draftSchema(file, { target: 'readmitted' })
    await writeFile(
      file,
      patients('wrong', 60, (row) => [...row.slice(0, 3), 'maybe']),
    )
    const { document } = defaultTask({ model: 'mlp', seed: 1 })
    const wrong = formatTaskDocument({ ...document, dataset: undefined, data: parseSchema(schema) })
    const asked = { ...needs, spec: { ...spec, document: documentHash(wrong) }, document: wrong }
    const failed = startProcess({ ...training, datasetDir: file }, asked)
    await expect(failed).rejects.toMatchObject({
      code: 'DATA_LABEL_UNKNOWN',
      message: expect.stringContaining('maybe') as string,
    })
    // Nothing is left of the process.
    expect(await readdir(join(folder, String(count - 1)))).toEqual([])
  })

  it('loses one job when its process is killed, and does the next one in a new process', async () => {
    const started: number[] = []
    const logger = {
      ...silentLogger,
      info: ({ pid, command }: Record<string, unknown>) => void (command && started.push(Number(pid))),
    }
    const { trainer } = await startProcess(training, { ...needs, logger })
    const onProgress = (): void => void process.kill(started[0]!, 'SIGKILL')
    const killed = trainer.train({ model, step: 1, onProgress })
    // The last word about progress may come before the result.
    await expect(
      killed.then(
        () => 'done',
        ({ code }: { code: string }) => code,
      ),
    ).resolves.toMatch(/^(done|TRAINER_CRASHED)$/)
    expect((await trainer.train({ model, step: 1 })).metrics.samples).toBe(640)
    expect(started).toHaveLength(2)
    trainer.dispose()
  })

  it('leaves no process behind when the node stops while it loads its data', async () => {
    const stop = new AbortController()
    let pid = 0
    const info = (fields: Record<string, unknown>): void => {
      if (typeof fields['pid'] !== 'number') return
      pid = fields['pid']
      stop.abort()
    }
    const asked = { ...needs, signal: stop.signal, logger: { ...silentLogger, info } }
    await expect(startProcess(training, asked)).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(() => process.kill(pid, 0)).toThrow(/ESRCH/)
  })

  it.runIf(LONG)('gives the code of an error in a job', async () => {
    const { trainer } = await startProcess({ ...training, evaluate: false }, needs)
    await expect(trainer.evaluate(model)).rejects.toMatchObject({
      code: 'DATASET_NOT_FOUND',
      message: 'this learner has no test samples',
    })
    trainer.dispose()
  })
})
