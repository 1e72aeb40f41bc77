import { isQuorateError, QuorateError } from '../../core/errors.ts'
import { Ending, JobKind, Way } from '../../protocol/gen/quorate/v1/trainer_pb.ts'
import type { NextResponse } from '../../protocol/gen/quorate/v1/trainer_pb.ts'
import type { Layout } from '../layout.ts'
import type { Evaluation, Learner } from '../learner.ts'
import { FrameReader, framesOf } from './frames.ts'
import { DTYPE } from './match-tensors.ts'
import { takeSafetensors, writeSafetensors } from './safetensors.ts'
import type { TrainerClient } from './trainer-client.ts'

export interface ServeLearnerOptions {
  client: TrainerClient
  learner: Learner
  layout: Layout
  /** What the node logs of the program. */
  name: string
  /** Called when the node is gone. */
  onGone: () => void
}

/**
 * Lets a learner of this process do the jobs of the node that started the process, until the node says that there are no more. A job that fails tells the
 * node why, and the next one may come.
 *
 * @throws what a call to the node throws when the node is gone
 */
export async function serveLearner({ client, learner, layout, name, onGone }: ServeLearnerOptions): Promise<void> {
  const running = new Map<bigint, AbortController>()
  client.attach(
    name,
    ({ job, ending }) => {
      // The learner watches the deadline by itself.
      if (ending === Ending.CANCELLED) running.get(job)?.abort()
    },
    onGone,
  )
  for (;;) {
    const job = await client.next([JobKind.TRAIN, JobKind.EVALUATE])
    if (job.kind === JobKind.STOP) return
    const stop = new AbortController()
    running.set(job.job, stop)
    try {
      await (job.kind === JobKind.TRAIN ? train : evaluate)({ client, learner, layout }, job, stop)
    } catch (error) {
      const failure = isQuorateError(error) ? `${error.code}: ${error.message}` : String(error)
      if (!stop.signal.aborted) await client.push([head({ job: job.job, failure })]).catch(() => {})
    } finally {
      running.delete(job.job)
    }
  }
}

type Needs = Pick<ServeLearnerOptions, 'client' | 'learner' | 'layout'>

async function train({ client, learner, layout }: Needs, job: NextResponse, stop: AbortController): Promise<void> {
  const {
    delta,
    metrics,
    spent = [],
  } = await learner.train({
    weights: await weightsOf({ client, layout }, job),
    step: Number(job.step),
    round: job.round,
    ...(job.deadline > 0n && { deadline: Number(job.deadline) }),
    signal: stop.signal,
    onProgress: ({ batches, total, epoch = 0, loss }) => {
      void client.progress({ job: job.job, batches: BigInt(batches), total: BigInt(total), epoch, loss }).then(
        (ending) => ending === Ending.CANCELLED && stop.abort(),
        () => {},
      )
    },
  })
  const facts = {
    job: job.job,
    delta: true,
    metrics: { ...metrics },
    spent: spent.map(({ steps, ...noise }) => ({ ...noise, steps: BigInt(steps) })),
  }
  if (job.way === Way.FILE) {
    await writeSafetensors(job.resultPath, layout, delta)
    await client.push([head({ ...facts, way: Way.FILE })])
    return
  }
  const tensors = layout.tensors.map(({ name, shape }) => ({ name, shape: shape.map(BigInt), dtype: DTYPE }))
  await client.push(
    (function* () {
      yield head({ ...facts, way: Way.FRAMES, tensors })
      for (const frame of framesOf(layout, delta)) yield { part: { case: 'frame' as const, value: frame } }
    })(),
  )
}

async function evaluate({ client, learner, layout }: Needs, job: NextResponse, stop: AbortController): Promise<void> {
  const measured = await learner.evaluate(await weightsOf({ client, layout }, job), stop.signal)
  await client.push([head({ job: job.job, metrics: numbersOf(measured) })])
}

/** The numbers of an evaluation by name. */
function numbersOf({ accuracy, loss, samples, metrics }: Evaluation): Record<string, number> {
  return { ...metrics, loss, samples, ...(accuracy !== undefined && { accuracy }) }
}

async function weightsOf({ client, layout }: Pick<Needs, 'client' | 'layout'>, job: NextResponse): Promise<Float32Array> {
  if (job.way === Way.FILE) return takeSafetensors(job.weightsPath, layout)
  const reader = new FrameReader(layout, job.tensors)
  for await (const { frame } of client.pull(job.job)) {
    if (!frame) throw new QuorateError('MESSAGE_MALFORMED', 'the node sent a frame without data')
    reader.take(frame)
  }
  return reader.finish()
}

const head = (value: {
  job: bigint
  delta?: boolean
  failure?: string
  way?: Way
  metrics?: Record<string, number>
  tensors?: { name: string; shape: bigint[]; dtype: string }[]
  spent?: { noiseMultiplier: number; samplingRate: number; steps: bigint }[]
}): { part: { case: 'head'; value: typeof value } } => ({ part: { case: 'head', value } })
