import { unsupportedLayer } from '../export-error.ts'
import type { GraphStep } from '../layers-graph.ts'
import type { ExportedTensor } from '../model-to-export.ts'
import type { GraphWriter } from './graph-writer.ts'

/** What an operator may use of the graph. */
export interface StepWriter {
  graph: GraphWriter
  step: GraphStep
  /** ONNX names of the inputs. */
  inputs: readonly string[]
  /** A tensor of the layer by the last part of its name; undefined when the layer has none. */
  tensor: (part: string) => ExportedTensor | undefined
}

/** Writes a layer. @returns ONNX name of its result */
export type LayerWriter = (at: StepWriter) => string

/** Layers keep the order of axes that tfjs has by itself. @throws QuorateError EXPORT_UNSUPPORTED */
export function requireChannelsLast({ layer, config }: GraphStep): void {
  const format = config['dataFormat'] as string | undefined
  if (format !== undefined && format !== 'channelsLast')
    throw unsupportedLayer('onnx', layer, `the order of its axes is ${format}, and only channelsLast is known`)
}
