// A program that trains, for tests: `node child.ts BEHAVIOUR`. A good one adds 1 to every weight.
import { appendFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { JobKind, Way } from '../../../src/protocol/gen/quorate/v1/trainer_pb.ts'
import type { NextResponse } from '../../../src/protocol/gen/quorate/v1/trainer_pb.ts'
import { TrainerClient } from './client.ts'

const [behaviour = 'good', file = ''] = process.argv.slice(2)
const note = (text: string): void => {
  if (file !== '') appendFileSync(file, `${text}\n`)
}
/** Holds the process up like a training without an end, and leaves SIGTERM its effect. */
const forever = async (): Promise<void> => {
  await new Promise(() => setInterval(() => {}, 1000))
}
const sizeOf = (shape: readonly bigint[]): number => shape.reduce((product, size) => product * Number(size), 1)

note(`pid ${process.pid}`)
note(`socket ${process.env['QUORATE_SOCKET']}`)
if (behaviour === 'silent') await forever()
if (behaviour === 'exit3') {
  console.error('Traceback (most recent call last):\nModuleNotFoundError: no module named "data"')
  process.exit(3)
}
if (behaviour === 'flood') {
  const line = `${'x'.repeat(999)}\n`
  for (let written = 0; written < 100; written++) {
    const room = process.stderr.write(line.repeat(1000))
    if (!room) await new Promise((resolve) => process.stderr.once('drain', resolve))
  }
}

const client = new TrainerClient(behaviour === 'stranger' ? 'guess' : undefined)
let ending = 0
void client
  .attach((notice) => {
    ending = notice
  })
  .then((reason) => {
    note(`detached ${reason}`)
    process.exit(0)
  })

interface Sent {
  name: string
  shape: readonly (number | bigint)[]
  values: Float32Array
}

async function send(job: NextResponse, tensors: Sent[], fields: { delta?: boolean; metrics?: Record<string, number> } = {}) {
  return client.push([
    {
      part: {
        case: 'head',
        value: {
          job: job.job,
          way: Way.FRAMES,
          delta: fields.delta,
          metrics: { loss: 0.5, samples: 7, ...fields.metrics },
          tensors: tensors.map(({ name, shape }) => ({
            name,
            shape: shape.map(BigInt),
            dtype: behaviour === 'half' ? 'F16' : 'F32',
          })),
        },
      },
    },
    ...tensors.map(({ values }, tensor) => ({
      part: { case: 'frame' as const, value: { tensor, offset: 0n, data: new Uint8Array(values.buffer) } },
    })),
  ])
}

async function train(job: NextResponse): Promise<void> {
  const weights = await client.pull(
    job.job,
    job.tensors.map(({ shape }) => sizeOf(shape)),
  )
  const tensors: Sent[] = job.tensors.map(({ name, shape }, index) => ({
    name,
    shape,
    values: weights[index]!.map((value) => value + 1),
  }))
  note(`job ${job.job} step ${job.step} round ${job.round} ${job.trainingJson}`)
  switch (behaviour) {
    case 'crash':
      process.kill(process.pid, 'SIGSEGV')
      return forever()
    case 'fork':
      return forever()
    case 'hang':
      note('hangs')
      return forever()
    case 'soft':
      do {
        const answer = await client.progress({ job: job.job, batches: 1n, total: 10n, loss: 0.7 })
        ending ||= answer.ending
        await sleep(5)
      } while (ending === 0)
      note(`ending ${ending}`)
      break
    case 'eater': {
      const eaten: Buffer[] = []
      for (;;) {
        eaten.push(Buffer.alloc(16 * 1024 * 1024, 1))
        await sleep(5)
      }
    }
    case 'nan':
      tensors[1]!.values[2] = Number.NaN
      break
    case 'missing':
      tensors.pop()
      break
    case 'extra':
      tensors.push({ name: 'bn.num_batches_tracked', shape: [1], values: new Float32Array(1) })
      break
    case 'shape':
      tensors[0] = { ...tensors[0]!, shape: tensors[0]!.shape.toReversed() }
      break
    case 'short':
      tensors[0] = { ...tensors[0]!, values: tensors[0]!.values.slice(1) }
      break
    case 'long':
      tensors[0] = { ...tensors[0]!, values: new Float32Array(tensors[0]!.values.length + 1) }
      break
    case 'nudge':
      // A change that any task takes: small, and another one each time.
      for (const [index, { values }] of tensors.entries())
        for (let k = 0; k < values.length; k++) values[k] = weights[index]![k]! + 0.002 * Math.sin(k + 7 * Number(job.step))
      break
    case 'delta':
      for (const { values } of tensors) values.fill(1)
      await send(job, tensors, { delta: true })
      return
    case 'skip':
      return
  }
  const result = await send(job, tensors).catch((error: Error) => error)
  note(result instanceof Error ? `refused ${result.message}` : `taken ${result.taken}`)
  if (behaviour === 'twice') note(`again ${(await send(job, tensors)).taken}`)
  if (behaviour === 'once') process.exit(0)
}

for (;;) {
  const kinds = behaviour === 'trainOnly' ? [JobKind.TRAIN] : [JobKind.TRAIN, JobKind.EVALUATE]
  const job = await client.next(kinds).catch((error: Error) => {
    note(`refused ${error.message}`)
    process.exit(5)
  })
  if (job.kind === JobKind.STOP) break
  if (job.kind === JobKind.TRAIN) await train(job)
  else
    await client.push([{ part: { case: 'head', value: { job: job.job, metrics: { accuracy: 0.75, loss: 0.25, samples: 4 } } } }])
}
note('stopped')
process.exit(0)
