import { z } from 'zod'
import { QuorateError } from '../../core/errors.ts'
import { parseSchema } from '../../data/schema/index.ts'
import type { DataSchema } from '../../data/schema/index.ts'
import { METRIC_LIMITS, METRIC_NAME } from '../../protocol/statements/index.ts'
import { formatDocument, parseDocument } from '../../protocol/task-document.ts'
import type { TaskDocumentParts } from '../../protocol/task-document.ts'
import type { TensorSpec } from '../../protocol/types.ts'
import { tensorLayout } from '../layout.ts'
import type { Layout } from '../layout.ts'
import { lossNames } from '../losses/index.ts'
import { metricNames } from '../metrics/index.ts'
import { optimiserNames } from '../optimiser.ts'
import { personalParts, personalSchema } from '../personal/index.ts'

const topology = z.object({ class_name: z.string(), config: z.record(z.string(), z.unknown()) }).loose()

const modelSchema = z.union([
  /** A name of `models/`. */
  z.string(),
  /** tfjs layers: JSON as `model.toJSON(null, false)` gives it. */
  z.strictObject({ kind: z.literal('layers'), topology }),
  /** Any model, of any framework: members bring a trainer that knows it, and `config` is for that trainer. */
  z.strictObject({ kind: z.literal('tensors'), config: z.record(z.string(), z.unknown()).optional() }),
])

const localSchema = z.strictObject({
  epochs: z.int().min(1).max(1000),
  batchSize: z.int().min(1).max(65_536),
  learningRate: z.number().positive().max(10),
  /** Factor on the learning rate after each round. */
  learningRateDecay: z.number().positive().max(1),
  /** `sgd` if left out. */
  optimiser: z.enum(optimiserNames).optional(),
  /** μ of sgd. */
  momentum: z.number().min(0).max(0.999),
  /** Samples of a member per epoch, at most, drawn again each time; 0 takes all. */
  samples: z.int().min(0),
  /** μ of the member's own momentum over rounds: it sends m' = μ·m + (1 − μ)·delta. 0 if left out. */
  memberMomentum: z.number().min(0).max(0.999).optional(),
  /** λ of L2 regularisation: λ·w is added to the gradient of each step. 0 if left out. */
  weightDecay: z.number().min(0).max(1).optional(),
  /** μ of FedProx: μ·(w − w₀) is added to the gradient of each step, w₀ being the base model. 0 if left out. */
  proximal: z.number().min(0).max(10).optional(),
})

/** How a member trains on its own samples. */
export type LocalSettings = z.infer<typeof localSchema>

const trainingSchema = z.strictObject({
  model: modelSchema,
  /** Tensors that stay with each member, with their first values. The document's `tensors` are the others. */
  personal: personalSchema.optional(),
  /** A public data set, a name of `datasets/`; or `data`. */
  dataset: z.string().optional(),
  /** What the records of members look like, where they bring their own (`src/data`). */
  data: z
    .record(z.string(), z.unknown())
    .transform((value, context): DataSchema => {
      try {
        return parseSchema(value)
      } catch (error) {
        context.addIssue({ code: 'custom', message: (error as Error).message })
        return z.NEVER
      }
    })
    .optional(),
  /** `cross-entropy` if left out. */
  loss: z.enum(lossNames).optional(),
  local: localSchema,
  /** Which model of the task is its best, when training may stop, and what members may tell each other of their own measurements. */
  evaluation: z
    .strictObject({
      metric: z.enum(metricNames),
      patience: z.int().min(0),
      share: z.array(z.string().regex(METRIC_NAME, 'expected a name such as f1')).max(METRIC_LIMITS.metrics).optional(),
    })
    .optional(),
  /** The recipe of the genesis model, and the seed of the partition where there is one. */
  seed: z.int().min(0),
  /** How demonstrations cut a public data set; real members bring their own data. */
  partition: z.string().optional(),
})
const wholeSchema = trainingSchema.refine(({ dataset, data }) => (dataset === undefined) !== (data === undefined), {
  path: ['data'],
  message: 'expected either dataset or data',
})

/** A task document as trainers read it: the protocol's part and the training part side by side (docs/protocol.md §7). */
export type TaskDocument = Omit<TaskDocumentParts, 'training'> & z.output<typeof trainingSchema>

/**
 * Reads a task document with its training part.
 *
 * @throws QuorateError SPEC_INVALID naming the field
 */
export function parseTaskDocument(text: string): TaskDocument {
  const { training, ...parts } = parseDocument(text)
  const result = wholeSchema.safeParse(training)
  if (result.success) {
    const document = { ...parts, ...result.data }
    personalParts(document)
    return document
  }
  const issue = result.error.issues[0]!
  const field = ['training', ...issue.path].join('.')
  throw new QuorateError('SPEC_INVALID', `field ${field} of the task document: ${issue.message}`, { details: { field } })
}

/** The canonical bytes whose hash the task specification names. */
export function formatTaskDocument({ name, tensors, genesis, grants, ...training }: TaskDocument): string {
  return formatDocument({ name, tensors, genesis, ...(grants && { grants }), training: { ...training } })
}

/**
 * The flat layout of a document's tensors, after checking that the specification speaks of the same ones.
 *
 * @throws QuorateError MODEL_MISMATCH
 */
export function layoutOf({ tensors }: Pick<TaskDocument, 'tensors'>, specs: readonly Pick<TensorSpec, 'length'>[]): Layout {
  const layout = tensorLayout(tensors)
  const expected = layout.tensors.map(({ length }) => length).join()
  const found = specs.map(({ length }) => length).join()
  if (expected !== found)
    throw new QuorateError('MODEL_MISMATCH', `the document has tensors of ${expected} values, the specification of ${found}`)
  return layout
}
