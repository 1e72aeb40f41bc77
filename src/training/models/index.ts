/** The models a task document may name. A new one is a `ModelDefinition` and a line in `MODELS`. */
import { QuorateError } from '../../core/errors.ts'
import { cnn } from './cnn.ts'
import { cnnWide } from './cnn-wide.ts'
import { mlp } from './mlp.ts'
import type { ModelDefinition } from './model-definition.ts'

export type { ModelDefinition, ModelTensor } from './model-definition.ts'
export { cnn, cnnWide, mlp }

const MODELS: Record<string, ModelDefinition> = { mlp, cnn, 'cnn-wide': cnnWide }

export const modelNames: readonly string[] = Object.keys(MODELS)

/** @throws CONFIG_INVALID for a name nobody registered */
export function modelByName(name: string): ModelDefinition {
  const model = Object.hasOwn(MODELS, name) ? MODELS[name] : undefined
  if (!model)
    throw new QuorateError('CONFIG_INVALID', `model "${name}" is unknown; known: ${modelNames.join(', ')}`, {
      details: { model: name },
    })
  return model
}
