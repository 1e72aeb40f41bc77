import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { train as trainDuty } from '../../../participant/duties/train.ts'
import type { TrainNeeds } from '../../../participant/duties/train.ts'
import { trainingDeadline } from '../../../participant/duties/training-deadline.ts'
import { QuorateError } from '../../../src/core/index.ts'
import { recordedEvents } from '../../support/events.ts'
import { serialTrainer } from '../../../participant/serial-trainer.ts'
import { personalStore, VectorStore } from '../../../participant/vector-store.ts'
import { createMetrics } from '../../../src/observe/index.ts'
import { keccak, toHex, updateRoot } from '../../../src/protocol/index.ts'
import type { Hash, RoundState } from '../../../src/protocol/index.ts'
import { KeptLeaves } from '../../../src/replay/index.ts'
import { openBlobStore } from '../../../src/storage/index.ts'
import {
  createTfjsTrainer,
  createTrainer,
  defaultTask,
  genesisModel,
  loadMnist,
  modelByName,
  selectBackend,
  takeSamples,
  tensorLayout,
} from '../../../src/training/index.ts'
import type { Learner, Trainer } from '../../../src/training/index.ts'

const task = defaultTask({ model: 'mlp' })
const layout = tensorLayout(task.document.tensors)
const model = genesisModel(modelByName('mlp'), task.tensors, 1)
const base = toHex(keccak(new Uint8Array()))
/** Round 9 on a model of four claims: the training is the fifth. */
const plan = { round: 9n, base, openedAt: 1000, windows: { commit: 40, reveal: 40, attest: 40, post: 40 } }
const round = { plan, now: 1010 } as unknown as RoundState
const STEP = 5

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quorate-train-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true })
})

type Line = [Record<string, unknown>, string]

async function needsOf(
  trainer: Trainer,
  lines: Line[] = [],
  now?: () => number,
  events: TrainNeeds['events'] = recordedEvents().events,
): Promise<TrainNeeds> {
  return {
    task: { spec: { tensors: task.tensors, minNormSq: task.minNormSq, maxNormSq: task.maxNormSq, committee: 0 } },
    stores: {
      states: {
        waitFor: async () => ({ model, height: STEP - 1 }) as Awaited<ReturnType<TrainNeeds['stores']['states']['waitFor']>>,
      },
      updates: await openBlobStore({ folder: join(folder, 'updates'), extension: '.q8', addressOf: updateRoot }),
      leaves: new KeptLeaves(),
    },
    events,
    logger: {
      info: (fields, message) => lines.push([fields, message]),
      warn: (fields, message) => lines.push([fields, message]),
    },
    metrics: createMetrics(),
    trainer,
    residuals: new VectorStore(join(folder, 'residuals')),
    momenta: new VectorStore(join(folder, 'momenta')),
    personal: personalStore(folder),
    now,
  }
}

const trainerOf = (train: Learner['train']): Trainer =>
  serialTrainer(
    createTrainer({
      learner: {
        train,
        evaluate: async () => ({ accuracy: 0, loss: 0, samples: 0 }),
        dispose() {},
      },
      layout,
      tensors: task.tensors,
      memberMomentum: 0,
      seed: 1,
    }),
  )

describe('the train duty', () => {
  it('trains by height and keeps the update and the residual', async () => {
    const { train } = await loadMnist()
    const data = takeSamples(
      train,
      Uint32Array.from({ length: 64 }, (_, i) => i),
    )
    const { document } = task
    const trainer = createTfjsTrainer({ document, spec: task, data, backend: await selectBackend('wasm'), seed: 1 })
    const needs = await needsOf(trainer)
    const [event] = await trainDuty(needs).train!({ type: 'train', key: 'train' }, round, new AbortController().signal)
    const { update, residual } = await trainer.train({ model, step: STEP })
    expect(event).toMatchObject({ type: 'trained', updateRoot: toHex(updateRoot(update)) })
    expect(await readdir(join(folder, 'residuals'))).toEqual([`${STEP}.f32`])
    expect(await needs.residuals.load(STEP + 1)).toEqual(residual)
  })

  it('hands the row of a member of a bucket to its masks, and to nobody else', async () => {
    const trainer = trainerOf(async () => ({
      delta: new Float32Array(layout.paddedLength).fill(1000),
      metrics: { loss: 0, samples: 1 },
    }))
    const needs = await needsOf(trainer)
    const masked: Int8Array[] = []
    const hashOf = (byte: number): Hash => toHex(keccak(Uint8Array.of(byte)))
    const own = { updateRoot: hashOf(9), versions: [1, 2, 3, 4].map(hashOf) }
    const inBucket = {
      ...needs,
      task: { spec: { ...needs.task.spec, committee: 4 * 256 + 8 } },
      masked: { commitTo: async (_plan: unknown, row: Int8Array) => (masked.push(row), own) },
    }
    const run = async (more: object = {}) =>
      trainDuty({ ...inBucket, ...more }).train!({ type: 'train', key: 'train' }, round, new AbortController().signal)
    expect(await run()).toEqual([{ type: 'trained', ...own, salt: expect.stringMatching(/^0x[0-9a-f]{64}$/) as string }])
    expect(masked).toHaveLength(1)
    expect(await readdir(join(folder, 'updates')).catch(() => [])).toEqual([])
    // A mate whose key gives no secret: the member has no row in this epoch.
    const commitTo = async (): Promise<never> => {
      throw new QuorateError('MASK_KEY_INVALID', 'the key of another member gives no secret')
    }
    expect(await run({ masked: { commitTo } })).toEqual([])
  })

  it('shortens an update to what the task admits', async () => {
    const trainer = trainerOf(async () => ({
      delta: new Float32Array(layout.paddedLength).fill(1000),
      metrics: { loss: 0, samples: 1 },
    }))
    const needs = await needsOf(trainer)
    const short = { ...needs, task: { spec: { ...needs.task.spec, maxNormSq: 10_000_000n } } }
    const [event] = await trainDuty(short).train!({ type: 'train', key: 'train' }, round, new AbortController().signal)
    const { updateRoot: root } = event as Extract<typeof event, { type: 'trained' }>
    const sent = await readFile(join(folder, 'updates', `${root}.q8`))
    const norm = new Int8Array(sent.buffer, sent.byteOffset, sent.length).reduce((sum, value) => sum + value * value, 0)
    expect(norm).toBeLessThanOrEqual(10_000_000)
    expect(norm).toBeGreaterThan(9_000_000)
  })

  it('logs the progress of a long training every 15 seconds', async () => {
    let time = 1000
    const lines: Line[] = []
    const trainer = trainerOf(async ({ onProgress }) => {
      for (let batches = 1; batches <= 50; batches++) {
        time++
        onProgress!({ batches, total: 50, loss: 1 / batches })
      }
      return { delta: new Float32Array(layout.paddedLength), metrics: { loss: 0.02, samples: 50 } }
    })
    const needs = await needsOf(trainer, lines, () => time)
    await trainDuty(needs).train!({ type: 'train', key: 'train' }, round, new AbortController().signal)
    expect(lines.map(([fields, message]) => [message, fields['batches'], fields['round']])).toEqual([
      ['training', 15, 9n],
      ['training', 30, 9n],
      ['training', 45, 9n],
      ['trained', undefined, 9n],
    ])
    expect(lines[0]![0]).toEqual({ round: 9n, batches: 15, total: 50, loss: 1 / 15, secondsLeft: 35, seconds: 15 })
  })

  it('keeps no update that its member would pay for', async () => {
    const trainer = trainerOf(async () => ({ delta: new Float32Array(layout.paddedLength), metrics: { loss: 0, samples: 1 } }))
    const { events, told } = recordedEvents()
    const lying: Trainer = {
      ...trainer,
      async train(input) {
        const trained = await trainer.train(input)
        return { ...trained, update: trained.update.map((_, k) => (k === 5 ? -128 : 0)) }
      },
    }
    const needs = await needsOf(lying, [], undefined, events)
    expect(await trainDuty(needs).train!({ type: 'train', key: 'train' }, round, new AbortController().signal)).toEqual([])
    expect(told).toMatchObject([{ event: 'trainingSkipped', round: 9n, code: 'UPDATE_VALUE' }])
    expect(await readdir(join(folder, 'updates')).catch(() => [])).toEqual([])
  })

  it('sends no update in a round for which nobody granted its member data, and asks once', async () => {
    const asked: number[] = []
    const trainer = trainerOf(async () => Promise.reject(new Error('it trained')))
    const { events, told } = recordedEvents()
    const isGranted = async (openedAt: number): Promise<boolean> => asked.push(openedAt) === 0
    const duty = trainDuty({ ...(await needsOf(trainer, [], undefined, events)), isGranted }).train!
    const { signal } = new AbortController()
    for (let n = 0; n < 3; n++) expect(await duty({ type: 'train', key: 'train' }, round, signal)).toEqual([])
    expect(asked).toEqual([round.plan.openedAt])
    expect(told).toMatchObject([{ event: 'trainingSkipped', round: 9n, code: 'GRANT_MISSING' }])
  })

  it('sends no update in a round whose training failed, and trains again in the next', async () => {
    let trainings = 0
    const trainer = trainerOf(async () => {
      if (++trainings === 1) throw new QuorateError('TRAINER_CRASHED', 'the trainer ended with exit code 3: no such file')
      return { delta: new Float32Array(layout.paddedLength), metrics: { loss: 0, samples: 1 } }
    })
    const lines: Line[] = []
    const { events, told } = recordedEvents()
    const duty = trainDuty(await needsOf(trainer, lines, undefined, events)).train!
    const effect = { type: 'train', key: 'train' } as const
    const { signal } = new AbortController()
    // The runner of duties asks again as long as the round waits for an update.
    for (let asked = 0; asked < 3; asked++) expect(await duty(effect, round, signal)).toEqual([])
    expect(trainings).toBe(1)
    expect(told).toEqual([
      {
        event: 'trainingSkipped',
        round: 9n,
        code: 'TRAINER_CRASHED',
        reason: 'the trainer ended with exit code 3: no such file',
      },
    ])
    expect(lines.map(([fields]) => fields)).toEqual([{ round: 9n, code: 'TRAINER_CRASHED' }])
    const next = { ...round, plan: { ...round.plan, round: 10n } }
    expect(await duty(effect, next, signal)).toMatchObject([{ type: 'trained' }])
  })

  it('tries again what failed for another reason than the training', async () => {
    const trainer = trainerOf(async () => {
      throw new QuorateError('STORAGE_FULL', 'the disk is full')
    })
    const duty = trainDuty(await needsOf(trainer)).train!
    await expect(duty({ type: 'train', key: 'train' }, round, new AbortController().signal)).rejects.toMatchObject({
      code: 'STORAGE_FULL',
    })
  })

  it.each([
    [1000, 30_000],
    [1010, 20_000],
    [1030, 5000],
    [1040, 0],
    [1050, 0],
  ])('ends in time: opened at 1000 with 40 s to commit, at %i there are %i ms', (now, left) => {
    expect(trainingDeadline({ ...round, now }, 7)).toBe(7 + left)
  })

  it('ends a training that is cancelled and keeps nothing of it', async () => {
    const { train } = await loadMnist()
    const abort = new AbortController()
    const document = { ...task.document, local: { ...task.document.local, epochs: 1000 } }
    const data = takeSamples(
      train,
      Uint32Array.from({ length: 32 }, (_, i) => i),
    )
    const trainer = createTfjsTrainer({ document, spec: task, data, backend: await selectBackend('wasm'), seed: 1 })
    const needs = await needsOf({
      ...trainer,
      train: async (input) =>
        trainer.train({
          ...input,
          onProgress(progress) {
            input.onProgress?.(progress)
            if (progress.batches === 3) abort.abort()
            expect(progress.batches).toBeLessThanOrEqual(3)
          },
        }),
    })
    const running = trainDuty(needs).train!({ type: 'train', key: 'train' }, round, abort.signal)
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(await needs.residuals.load(STEP + 1)).toBeUndefined()
    expect(await readdir(join(folder, 'updates')).catch(() => [])).toEqual([])
  })
})

describe('the train duty of a task with personal layers', () => {
  const own = defaultTask({ model: 'mlp', personal: ['output'] })

  async function personalNeeds(lines: Line[] = []): Promise<TrainNeeds & { trainer: Trainer }> {
    const { train } = await loadMnist()
    const data = takeSamples(
      train,
      Uint32Array.from({ length: 64 }, (_, i) => i),
    )
    const { document } = own
    const trainer = createTfjsTrainer({ document, spec: own, data, backend: await selectBackend('wasm'), seed: 1 })
    const needs = await needsOf(trainer, lines)
    const waitFor = async () =>
      ({ model: own.genesis, height: STEP - 1 }) as Awaited<ReturnType<TrainNeeds['stores']['states']['waitFor']>>
    return { ...needs, trainer, task: { spec: { ...own, committee: 0 } }, stores: { ...needs.stores, states: { waitFor } } }
  }
  const run = async (needs: TrainNeeds): Promise<unknown> =>
    trainDuty(needs).train!({ type: 'train', key: 'train' }, round, new AbortController().signal)

  it('keeps them by step, and a training that is repeated after a crash begins from the same ones', async () => {
    const needs = await personalNeeds()
    const before = (await needs.trainer.train({ model: own.genesis, step: STEP - 1 })).personal!
    await needs.personal.save(STEP - 1, before)
    const [first] = (await run(needs)) as { updateRoot: string }[]
    const after = await needs.personal.load(STEP + 1)
    expect(after).not.toEqual(before)
    expect(after).toEqual((await needs.trainer.train({ model: own.genesis, step: STEP, personal: before })).personal)
    // The event was lost with the process: the state of the step itself is on disk already.
    const [again] = (await run(needs)) as { updateRoot: string }[]
    expect(again!.updateRoot).toBe(first!.updateRoot)
    expect(await needs.personal.load(STEP + 1)).toEqual(after)
  })

  it('begins again with the first values where they are lost, and says so', async () => {
    const lines: Line[] = []
    const needs = await personalNeeds(lines)
    await needs.residuals.save(STEP - 1, new Float32Array(own.genesis.length))
    await run(needs)
    expect(lines.map(([, message]) => message)).toContain(
      'the personal layers of earlier rounds are not here: they began again with the first values of the task',
    )
    const anew = await needs.trainer.train({ model: own.genesis, step: STEP })
    expect(await needs.personal.load(STEP + 1)).toEqual(anew.personal)
  })

  it('goes on from the training before where the newest are damaged', async () => {
    const told: unknown[] = []
    const store = personalStore(folder, { onDamaged: (one) => void told.push(one) })
    await store.save(1, Float32Array.of(1))
    await store.save(2, Float32Array.of(2))
    await writeFile(join(folder, 'personal', '2.f32'), 'rubbish')
    expect(await store.load(3)).toEqual(Float32Array.of(1))
    expect(told).toHaveLength(1)
  })
})
