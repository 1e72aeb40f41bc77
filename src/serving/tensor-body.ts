import { z } from 'zod'
import { tensorLayout } from '../training/index.ts'
import { headOf } from '../training/process/safetensors-head.ts'
import { invalid } from './bodies.ts'
import type { Question } from './bodies.ts'

const entrySchema = z.object({
  dtype: z.literal('F32'),
  shape: z.array(z.int().min(0)).min(1),
  data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
})

/** The tensor `inputs` of a body of the safetensors format, float32, whose first axis counts samples. @throws QuorateError API_REQUEST_INVALID */
export function readTensors(body: Uint8Array): Question {
  if (body.length < 8) throw invalid('the body is shorter than a head of the safetensors format')
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength)
  const length = view.getBigUint64(0, true)
  if (length > BigInt(body.length - 8)) throw invalid('the head of the body is longer than the body')
  const start = 8 + Number(length)
  let head: unknown
  try {
    head = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body.subarray(8, start)))
  } catch (cause) {
    throw invalid('the head of the body is not JSON', cause)
  }
  const parsed = z.object({ inputs: entrySchema }).safeParse(head)
  if (!parsed.success) throw invalid('the body has no tensor "inputs" of float32')
  const { shape, data_offsets: offsets } = parsed.data.inputs
  const [from, to] = offsets
  const values = shape.reduce((product, size) => product * size, 1)
  if (to - from !== 4 * values || start + to > body.length) throw invalid('the tensor "inputs" is not whole')
  const inputs = Float32Array.from({ length: values }, (_, index) => view.getFloat32(start + from + 4 * index, true))
  return { inputs, samples: shape[0]! }
}

/** One tensor as a body of the safetensors format. */
export function tensorBytes(name: string, shape: readonly number[], values: Float32Array): Uint8Array {
  const head = headOf(tensorLayout([{ name, shape: [...shape] }]))
  const bytes = new Uint8Array(head.length + 4 * values.length)
  bytes.set(head)
  const view = new DataView(bytes.buffer)
  values.forEach((value, index) => view.setFloat32(head.length + 4 * index, value, true))
  return bytes
}
