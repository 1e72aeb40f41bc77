import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { tensorLayout } from '../../../../src/training/layout.ts'
import { TensorSocket } from '../../../../src/training/process/tensor-socket.ts'

const layout = tensorLayout([
  { name: 'weight', shape: [3, 100] },
  { name: 'scale', shape: [] },
  { name: 'large', shape: [2_500_000] },
])
const flat = new Float32Array(layout.paddedLength)
for (const { offset, length } of layout.tensors) for (let k = 0; k < length; k++) flat[offset + k] = offset + k
/** Another order than that of the task. */
const sent = layout.tensors.toReversed()
const tensors = sent.map(({ name, shape }) => ({ name, shape, dtype: 'F32' }))
const bytes = Buffer.concat(sent.map(({ offset, length }) => Buffer.from(flat.buffer, 4 * offset, 4 * length)))

let folder = ''
let server: Server
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quorate-socket-'))
})
afterEach(async () => {
  server?.close()
  await rm(folder, { recursive: true })
})

/** A program that serves its result. @returns options to open it */
async function serve(give: (socket: Socket) => void, stallMs = 60_000) {
  const path = join(folder, 'result')
  server = createServer((socket) => {
    socket.on('error', () => {})
    give(socket)
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  return { path, layout, tensors, stallMs }
}

async function valuesOf(socket: TensorSocket): Promise<Float32Array> {
  const read = new Float32Array(layout.paddedLength)
  let count = 0
  for await (const { place, at, values } of socket.slices()) {
    expect(at).toBeGreaterThanOrEqual(place.offset)
    read.set(values, at)
    count += values.length
  }
  expect(count).toBe(layout.parameters)
  return read
}

it('reads every value once, however the bytes are cut', async () => {
  const options = await serve((socket) => {
    // Pieces that end within an element.
    for (let at = 0; at < bytes.length; at += 999_999) socket.write(bytes.subarray(at, at + 999_999))
    socket.end()
  })
  await using socket = await TensorSocket.open(options)
  expect(Buffer.from((await valuesOf(socket)).buffer).equals(Buffer.from(flat.buffer))).toBe(true)
})

it('does not look at what comes after the last element', async () => {
  await using socket = await TensorSocket.open(await serve((socket) => socket.write(Buffer.concat([bytes, bytes]))))
  expect((await valuesOf(socket)).at(-1)).toBe(flat.at(-1))
})

it.each([0, 7, 5_000_000])('says so when the program leaves after %i bytes', async (count) => {
  await using socket = await TensorSocket.open(await serve((socket) => socket.end(bytes.subarray(0, count))))
  await expect(valuesOf(socket)).rejects.toMatchObject({
    code: 'TRAINER_TENSOR',
    message: `the trainer sent ${count} of ${bytes.length} bytes of its result`,
  })
})

it('gives up a program that stops within its result', async () => {
  await using socket = await TensorSocket.open(await serve((socket) => socket.write(bytes.subarray(0, 5_000_000)), 50))
  await expect(valuesOf(socket)).rejects.toMatchObject({ code: 'TRAINER_TIMEOUT' })
})

it('names the tensor that the task does not have, and says when there is no socket', async () => {
  const options = await serve(() => {})
  const wrong = [...tensors, { name: 'bn.num_batches_tracked', shape: [], dtype: 'F32' }]
  await expect(TensorSocket.open({ ...options, tensors: wrong })).rejects.toMatchObject({
    code: 'TRAINER_TENSOR',
    details: { tensor: 'bn.num_batches_tracked' },
  })
  await expect(TensorSocket.open({ ...options, path: join(folder, 'none') })).rejects.toMatchObject({ code: 'TRAINER_TENSOR' })
})
