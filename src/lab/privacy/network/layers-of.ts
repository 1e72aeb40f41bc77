import { QuorateError } from '../../../core/index.ts'
import { convolution } from './convolution.ts'
import { dense } from './dense.ts'
import type { Layer } from './layer.ts'
import { maxPool } from './max-pool.ts'
import { rectify } from './rectify.ts'

/** A 5×5 convolution, ReLU, 2×2 pooling. */
function block(side: number, channels: number, filters: number): Layer[] {
  const outSide = side - 4
  return [convolution({ side, kernel: 5, channels, filters }), rectify(outSide * outSide * filters), maxPool(outSide, filters)]
}

/** The built-in models layer by layer; parameters are in the order of their tensors (src/training/models). */
const MODELS: Readonly<Record<string, () => Layer[]>> = {
  mlp: () => [dense(784, 128), rectify(128), dense(128, 10)],
  cnn: () => [...block(28, 1, 8), ...block(12, 8, 16), dense(256, 10)],
  'cnn-wide': () => [...block(28, 1, 20), ...block(12, 20, 50), dense(800, 500), rectify(500), dense(500, 10)],
}

/**
 * A built-in model with second derivatives.
 *
 * @throws QuorateError CONFIG_INVALID for a model that has none here
 */
export function layersOf(model: string): Layer[] {
  const make = Object.hasOwn(MODELS, model) ? MODELS[model] : undefined
  if (!make)
    throw new QuorateError(
      'CONFIG_INVALID',
      `model "${model}" has no second derivatives; known: ${Object.keys(MODELS).join(', ')}`,
      {
        details: { model },
      },
    )
  return make()
}
