import { describe, expect, it } from 'vitest'
import { JobKind } from '../../../../src/protocol/gen/quorate/v1/trainer_pb.ts'
import { tensorLayout } from '../../../../src/training/layout.ts'
import { deltaOf } from '../../../../src/training/process/delta-of.ts'
import { FRAME_BYTES, FrameReader, framesOf } from '../../../../src/training/process/frames.ts'
import { groupMemory } from '../../../../src/training/process/group-memory.ts'
import { JobDesk } from '../../../../src/training/process/job-desk.ts'
import type { Job } from '../../../../src/training/process/job-desk.ts'
import { LineLog } from '../../../../src/training/process/line-log.ts'
import { metricOf } from '../../../../src/training/process/metric-of.ts'

const layout = tensorLayout([
  { name: 'a', shape: [600_000] },
  { name: 'b', shape: [2] },
])
const named = layout.tensors.map(({ name, shape }) => ({ name, shape, dtype: 'F32' }))
const flat = Float32Array.from({ length: layout.paddedLength }, (_, k) =>
  k < 600_000 || k === layout.tensors[1]!.offset ? k : 0,
)

describe('frames', () => {
  it('make the vector that they were made of', () => {
    const frames = [...framesOf(layout, flat)]
    expect(frames.map(({ tensor, data }) => [tensor, data.length])).toEqual([
      [0, FRAME_BYTES],
      [0, FRAME_BYTES],
      [0, 4 * 600_000 - 2 * FRAME_BYTES],
      [1, 8],
    ])
    const reader = new FrameReader(layout, named)
    for (const frame of frames) reader.take(frame)
    expect(reader.finish()).toEqual(flat)
  })

  it.each([
    ['a gap', [{ tensor: 1, offset: 4n, data: new Uint8Array(4) }], 'b'],
    ['too many bytes', [{ tensor: 1, offset: 0n, data: new Uint8Array(9) }], 'b'],
    ['a tensor that is not there', [{ tensor: 2, offset: 0n, data: new Uint8Array(4) }], '2'],
    ['an end too soon', [], 'a'],
  ])('refuse %s', (_, frames, tensor) => {
    const take = (): void => {
      const reader = new FrameReader(layout, named)
      for (const frame of frames) reader.take(frame)
      reader.finish()
    }
    expect(take).toThrow(expect.objectContaining({ code: 'TRAINER_TENSOR', details: { tensor } }) as Error)
  })
})

describe('deltaOf', () => {
  it('finds a value that becomes infinite by the subtraction', async () => {
    const one = tensorLayout([{ name: 'w', shape: [3] }])
    const weights = new Float32Array(one.paddedLength)
    weights[1] = -3e38
    const reader = new FrameReader(one, [{ name: 'w', shape: [3], dtype: 'F32' }])
    reader.take({ tensor: 0, offset: 0n, data: new Uint8Array(Float32Array.of(0, 3e38, 0).buffer) })
    await expect(deltaOf(reader.sent(), weights, { isDelta: false })).rejects.toMatchObject({
      code: 'TRAINING_DIVERGED',
      details: { tensor: 'w', element: 1 },
    })
  })
})

describe('LineLog', () => {
  it('cuts long lines, joins parts and keeps the last lines', () => {
    const lines: string[] = []
    const log = new LineLog({ write: (line) => lines.push(line), now: () => 0 })
    log.take('on')
    log.take('e\r\n\ntwo\n')
    log.take('x'.repeat(5000))
    log.flush()
    expect(lines).toEqual(['one', 'two', 'x'.repeat(2000)])
    expect(log.last).toEqual(lines)
  })

  it('leaves lines out of a flood, and says how many', () => {
    let now = 0
    const lines: string[] = []
    const log = new LineLog({ write: (line) => lines.push(line), now: () => now })
    for (let k = 0; k < 1000; k++) log.take(`${k}\n`)
    expect(lines).toHaveLength(200)
    now = 100
    log.take('later\n')
    expect(lines.slice(200)).toEqual(['… 800 lines left out', 'later'])
    expect(log.last).toHaveLength(20)
  })
})

describe('JobDesk', () => {
  const job = { id: 1n, kind: JobKind.TRAIN, step: 1, seed: 0n, weights: new Float32Array() } satisfies Job

  it('keeps a job for a program that asks later', async () => {
    const desk = new JobDesk()
    const done = desk.do(job)
    expect(desk.given(1n)).toBeUndefined()
    expect(await desk.next([], new AbortController().signal)).toBe(job)
    expect(desk.deliver(2n, { isDelta: false, metrics: {} })).toBe(false)
    expect(desk.deliver(1n, { isDelta: true, metrics: { loss: 1 } })).toBe(true)
    expect(await done).toEqual({ isDelta: true, metrics: { loss: 1 } })
    expect(desk.progress(1n, { batches: 1, total: 2, loss: 0 })).toBe(2)
  })

  it('gives no job to a call that is gone', async () => {
    const desk = new JobDesk()
    const gone = new AbortController()
    const first = desk.next([], gone.signal)
    gone.abort()
    expect(await first).toBeUndefined()
    const done = desk.do(job)
    expect(await desk.next([], new AbortController().signal)).toBe(job)
    desk.deliver(1n, { isDelta: false, metrics: {} })
    await done
  })

  it('ends what waits when it closes', async () => {
    const desk = new JobDesk()
    const waiting = desk.next([], new AbortController().signal)
    desk.close()
    expect(await waiting).toBeUndefined()
    expect(await desk.next([], new AbortController().signal)).toBeUndefined()
  })
})

it('metrics have the names that frameworks give them', () => {
  expect(metricOf({ train_loss: 2, 'num-examples': 7 }, 'loss')).toBe(2)
  expect(metricOf({ train_loss: 2, 'num-examples': 7 }, 'samples')).toBe(7)
  expect(metricOf({}, 'accuracy')).toBeUndefined()
})

it('the memory of a group counts its processes', async () => {
  // This process leads a group, or belongs to one; a group that does not exist takes nothing.
  expect(await groupMemory(2 ** 30)).toBe(0)
})
