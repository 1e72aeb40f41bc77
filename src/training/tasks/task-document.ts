import { z } from 'zod'
import { QuorateError } from '../../core/errors.ts'
import { canonicalJson } from '../../protocol/canonical-json.ts'
import type { TensorSpec } from '../../protocol/types.ts'
import { tensorLayout } from '../layout.ts'
import type { Layout, TensorShape } from '../layout.ts'
import { modelByName } from '../models/index.ts'
import type { ModelDefinition } from '../models/index.ts'

const taskDocumentSchema = z.strictObject({
  name: z.string().min(1).max(64),
  /** A name of `models/`. */
  model: z.string(),
  /** A name of `datasets/`. */
  dataset: z.string(),
  /** The order of the tensors in the flat vector, and their shapes. */
  tensors: z.array(z.strictObject({ name: z.string(), shape: z.array(z.int().positive()) })).min(1),
  local: z.strictObject({
    epochs: z.int().min(1).max(1000),
    batchSize: z.int().min(1).max(65_536),
    learningRate: z.number().positive().max(10),
    /** Factor on the learning rate after each round. */
    learningRateDecay: z.number().positive().max(1),
    momentum: z.number().min(0).max(0.999),
    /** Most samples a member trains on per epoch, drawn anew each time; 0 takes all. */
    samples: z.int().min(0),
    /** μ of the member's own momentum over rounds: it sends m' = μ·m + (1 − μ)·delta. 0 if left out. */
    memberMomentum: z.number().min(0).max(0.999).optional(),
    /** λ of L2 regularisation: λ·w is added to the gradient of each step. 0 if left out. */
    weightDecay: z.number().min(0).max(1).optional(),
  }),
  /** Fixes the genesis model, and the partition where there is one. */
  seed: z.int().min(0),
  /** How demonstrations cut a public data set; real members bring their own data. */
  partition: z.string().optional(),
})

/** The JSON that tells a member how to train (docs/protocol.md §7). */
export type TaskDocument = z.infer<typeof taskDocumentSchema>

/**
 * Reads a task document.
 *
 * @throws SPEC_INVALID naming the field
 */
export function parseTaskDocument(text: string): TaskDocument {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new QuorateError('SPEC_INVALID', 'the task document is not JSON', { cause })
  }
  const result = taskDocumentSchema.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]!
  const field = issue.path.join('.') || 'document'
  throw new QuorateError('SPEC_INVALID', `field ${field} of the task document: ${issue.message}`, { details: { field } })
}

/** The canonical bytes whose hash the task specification names. */
export function formatTaskDocument(document: TaskDocument): string {
  return canonicalJson(document)
}

/**
 * The model of a document, after checking that document, model and specification speak of the same tensors.
 *
 * @throws MODEL_MISMATCH, CONFIG_INVALID for an unknown model
 */
export function resolveModel(
  document: TaskDocument,
  specs: readonly Pick<TensorSpec, 'chunks'>[],
): { model: ModelDefinition; layout: Layout } {
  const model = modelByName(document.model)
  if (signature(document.tensors) !== signature(model.tensors)) {
    throw new QuorateError(
      'MODEL_MISMATCH',
      `model ${model.name} has tensors ${signature(model.tensors)}, the document ${signature(document.tensors)}`,
    )
  }
  const layout = tensorLayout(model.tensors)
  const expected = layout.tensors.map(({ chunks }) => chunks).join()
  const found = specs.map(({ chunks }) => chunks).join()
  if (expected !== found)
    throw new QuorateError(
      'MODEL_MISMATCH',
      `model ${model.name} has tensors of ${expected} chunks, the specification of ${found}`,
    )
  return { model, layout }
}

function signature(tensors: readonly TensorShape[]): string {
  return tensors.map(({ name, shape }) => `${name}[${shape.join()}]`).join(' ')
}
