import { QuorateError } from '../../core/errors.ts'
import type { TaskDocument } from '../tasks/task-document.ts'

/** Layers whose output for one record, or whose weights, depend on other records of the batch. */
const MIXING: readonly string[] = ['BatchNormalization']

/**
 * Refuses a model in which a record reaches further than through its own gradient: a batch normalisation keeps means of what it has seen, and they would
 * be sent without noise.
 *
 * @throws QuorateError PRIVACY_MODEL naming the layer
 */
export function refuseMixing({ name, model }: Pick<TaskDocument, 'name' | 'model'>): void {
  if (typeof model === 'string' || model.kind !== 'layers') return
  const layer = mixingLayer(model.topology)
  if (layer === undefined) return
  throw new QuorateError(
    'PRIVACY_MODEL',
    `model ${name} has the layer ${layer}, which mixes the records of a batch: no noise of this member would hide one record`,
    { details: { model: name, layer } },
  )
}

/** Anywhere in the topology, also within a layer that wraps another one. */
function mixingLayer(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { class_name: kind, config } = value as { class_name?: unknown; config?: { name?: unknown } }
  if (typeof kind === 'string' && MIXING.includes(kind)) return typeof config?.name === 'string' ? config.name : kind
  for (const inner of Object.values(value)) {
    const found = mixingLayer(inner)
    if (found !== undefined) return found
  }
  return undefined
}
