import { z } from 'zod'
import { QuorateError } from '../core/index.ts'
import { readTensors, tensorBytes } from './tensor-body.ts'

/** Samples of one call at most. */
export const MOST_SAMPLES = 1024

export const JSON_TYPE = 'application/json'
export const SAFETENSORS_TYPE = 'application/vnd.safetensors'

export const questionSchema = z.object({
  /** One list of numbers for each sample, the values of a sample in a row. */
  inputs: z.array(z.array(z.number())).min(1).max(MOST_SAMPLES),
})

export const answerSchema = z.object({
  /** One list of numbers for each sample: what the network gives before any softmax or sigmoid. */
  outputs: z.array(z.array(z.number())),
})

/** Samples in a row. */
export interface Question {
  inputs: Float32Array
  samples: number
}

/**
 * Reads the question of a call.
 *
 * @param width values of a sample
 * @throws QuorateError API_REQUEST_INVALID
 */
export function readQuestion(type: string, body: Uint8Array, width: number): Question {
  const question = type === SAFETENSORS_TYPE ? readTensors(body) : readJson(body)
  if (question.samples === 0 || question.samples > MOST_SAMPLES || question.inputs.length !== question.samples * width)
    throw invalid(`send 1 to ${MOST_SAMPLES} samples of ${width} values`)
  if (question.inputs.some((value) => !Number.isFinite(value))) throw invalid('send finite numbers')
  return question
}

/** The bytes of an answer, in the form of its question. */
export function writeAnswer(type: string, outputs: Float32Array, samples: number): Uint8Array {
  const width = outputs.length / samples
  if (type === SAFETENSORS_TYPE) return tensorBytes('outputs', [samples, width], outputs)
  const rows = Array.from({ length: samples }, (_, row) => [...outputs.subarray(row * width, (row + 1) * width)])
  return new TextEncoder().encode(JSON.stringify({ outputs: rows }))
}

function readJson(body: Uint8Array): Question {
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch (cause) {
    throw invalid('the body is not JSON', cause)
  }
  const parsed = questionSchema.safeParse(json)
  if (!parsed.success)
    throw invalid(`${parsed.error.issues[0]!.path.join('.') || 'the body'}: ${parsed.error.issues[0]!.message}`)
  const { inputs } = parsed.data
  const width = inputs[0]!.length
  if (inputs.some((row) => row.length !== width)) throw invalid('all samples must have the same number of values')
  return { inputs: Float32Array.from(inputs.flat()), samples: inputs.length }
}

export function invalid(message: string, cause?: unknown): QuorateError {
  return new QuorateError('API_REQUEST_INVALID', message, { cause })
}
