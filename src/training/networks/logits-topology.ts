/** A tfjs layers model as JSON, as `model.toJSON(null, false)` and Keras write it. */
export interface LayersTopology {
  class_name: string
  config: Record<string, unknown>
  [other: string]: unknown
}

interface LayerJson {
  class_name: string
  name?: string
  config: Record<string, unknown> & { name?: string; activation?: unknown }
}

/** What losses of classes do themselves. */
const LAST = new Set(['softmax', 'sigmoid'])

/**
 * The same model with logits as outputs: a softmax or sigmoid at its end becomes linear, because losses take logits, which lose no
 * precision. The order of the outputs stays what it was. Other models come back as they are.
 *
 * @example logitsTopology(await (await fetch('model.json')).json())
 */
export function logitsTopology(topology: LayersTopology): LayersTopology {
  const copy = structuredClone(topology)
  const layers = (Array.isArray(copy.config) ? copy.config : copy.config['layers']) as LayerJson[] | undefined
  if (!Array.isArray(layers) || layers.length === 0) return copy
  const last = lastLayer(copy, layers)
  if (!last) return copy
  if (last.class_name === 'Softmax') {
    last.class_name = 'Activation'
    last.config = { name: last.config.name, activation: 'linear', trainable: true }
  } else if (typeof last.config.activation === 'string' && LAST.has(last.config.activation)) last.config.activation = 'linear'
  return copy
}

/** The layer that makes the one output. */
function lastLayer({ config }: LayersTopology, layers: LayerJson[]): LayerJson | undefined {
  const outputs = config['output_layers'] as [string, number, number][] | undefined
  if (outputs === undefined) return layers.at(-1)
  const [name] = outputs[0] ?? []
  return outputs.length === 1 ? layers.find((layer) => (layer.name ?? layer.config.name) === name) : undefined
}
