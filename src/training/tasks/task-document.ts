import { z } from 'zod'
import { QuorateError } from '../../core/errors.ts'
import { formatDocument, parseDocument } from '../../protocol/task-document.ts'
import type { TaskDocumentParts, TensorShape } from '../../protocol/task-document.ts'
import type { TensorSpec } from '../../protocol/types.ts'
import { tensorLayout } from '../layout.ts'
import type { Layout } from '../layout.ts'
import { modelByName } from '../models/index.ts'
import type { ModelDefinition } from '../models/index.ts'

const trainingSchema = z.strictObject({
  /** A name of `models/`. */
  model: z.string(),
  /** A name of `datasets/`. */
  dataset: z.string(),
  local: z.strictObject({
    epochs: z.int().min(1).max(1000),
    batchSize: z.int().min(1).max(65_536),
    learningRate: z.number().positive().max(10),
    /** Factor on the learning rate after each round. */
    learningRateDecay: z.number().positive().max(1),
    momentum: z.number().min(0).max(0.999),
    /** Samples of a member per epoch, at most, drawn again each time; 0 takes all. */
    samples: z.int().min(0),
    /** μ of the member's own momentum over rounds: it sends m' = μ·m + (1 − μ)·delta. 0 if left out. */
    memberMomentum: z.number().min(0).max(0.999).optional(),
    /** λ of L2 regularisation: λ·w is added to the gradient of each step. 0 if left out. */
    weightDecay: z.number().min(0).max(1).optional(),
  }),
  /** The recipe of the genesis model, and the seed of the partition where there is one. */
  seed: z.int().min(0),
  /** How demonstrations cut a public data set; real members bring their own data. */
  partition: z.string().optional(),
})

/** A task document as trainers read it: the protocol's part and the training part side by side (docs/protocol.md §7). */
export type TaskDocument = Omit<TaskDocumentParts, 'training'> & z.infer<typeof trainingSchema>

/**
 * Reads a task document with its training part.
 *
 * @throws QuorateError SPEC_INVALID naming the field
 */
export function parseTaskDocument(text: string): TaskDocument {
  const { training, ...parts } = parseDocument(text)
  const result = trainingSchema.safeParse(training)
  if (result.success) return { ...parts, ...result.data }
  const issue = result.error.issues[0]!
  const field = ['training', ...issue.path].join('.')
  throw new QuorateError('SPEC_INVALID', `field ${field} of the task document: ${issue.message}`, { details: { field } })
}

/** The canonical bytes whose hash the task specification names. */
export function formatTaskDocument({ name, tensors, genesis, ...training }: TaskDocument): string {
  return formatDocument({ name, tensors, genesis, training })
}

/**
 * The model of a document, after checking that document, model and specification speak of the same tensors.
 *
 * @throws MODEL_MISMATCH, CONFIG_INVALID for an unknown model
 */
export function resolveModel(
  document: TaskDocument,
  specs: readonly Pick<TensorSpec, 'length'>[],
): { model: ModelDefinition; layout: Layout } {
  const model = modelByName(document.model)
  if (signature(document.tensors) !== signature(model.tensors)) {
    throw new QuorateError(
      'MODEL_MISMATCH',
      `model ${model.name} has tensors ${signature(model.tensors)}, the document ${signature(document.tensors)}`,
    )
  }
  const layout = tensorLayout(model.tensors)
  const expected = layout.tensors.map(({ length }) => length).join()
  const found = specs.map(({ length }) => length).join()
  if (expected !== found)
    throw new QuorateError(
      'MODEL_MISMATCH',
      `model ${model.name} has tensors of ${expected} coordinates, the specification of ${found}`,
    )
  return { model, layout }
}

function signature(tensors: readonly TensorShape[]): string {
  return tensors.map(({ name, shape }) => `${name}[${shape.join()}]`).join(' ')
}
