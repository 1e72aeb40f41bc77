import { create, toBinary } from '@bufbuild/protobuf'
import { QuorateError } from '../../../core/errors.ts'
import { OnnxModelSchema } from '../../../protocol/gen/quorate/files/v1/onnx_pb.ts'
import { unsupportedLayer } from '../export-error.ts'
import { layersGraph, topologyOf } from '../layers-graph.ts'
import type { GraphValue } from '../layers-graph.ts'
import type { ModelToExport } from '../model-to-export.ts'
import { tensorOf, tensorsOf } from '../tensor-values.ts'
import { ELEMENT, GraphWriter } from './graph-writer.ts'
import { LAYERS } from './operators.ts'

/** Version of the file format and of the operators: those of ONNX 1.12, which every runtime since 2022 reads. */
const IR_VERSION = 8n
const OPSET = 17n
/** Most bytes of weights, because a message of protobuf ends at 2 GiB. */
const MOST_BYTES = 2 ** 31 - 2 ** 24

/**
 * A model as the bytes of an ONNX file. Inputs and outputs are those of the tfjs model, channels last: `input` [batch, …] and `output` [batch, …]. Kernels of
 * convolutions stand as [out, in, height, width].
 *
 * @throws QuorateError EXPORT_UNSUPPORTED naming the layer that ONNX cannot hold; MODEL_MISMATCH
 */
export async function onnxFile(model: ModelToExport): Promise<Uint8Array> {
  if (model.layout.parameters * 4 > MOST_BYTES)
    throw new QuorateError(
      'EXPORT_UNSUPPORTED',
      `the model has ${model.layout.parameters} weights, and a file of ONNX holds 2 GiB`,
    )
  const { input, output, steps } = await layersGraph(topologyOf(model.document, 'onnx'), model.layout.parameters, 'onnx')
  const tensors = tensorsOf(model)
  const graph = new GraphWriter()
  const names = new Map([[input, input.name]])
  for (const step of steps) {
    const write = Object.hasOwn(LAYERS, step.kind) ? LAYERS[step.kind] : undefined
    if (!write) throw unsupportedLayer('onnx', step.layer, `layers of class ${step.kind} are not known`)
    const tensor = (part: string) => {
      const described = step.tensors.get(part)
      return described && tensorOf(tensors, described)
    }
    names.set(step.output, write({ graph, step, inputs: step.inputs.map((value) => names.get(value)!), tensor }))
  }
  const last = names.get(output)!
  if (last === input.name) graph.add('output', 'Identity', [last])
  graph.rename(last === input.name ? 'output/Identity' : last, output.name)
  return toBinary(
    OnnxModelSchema,
    create(OnnxModelSchema, {
      irVersion: IR_VERSION,
      producerName: 'quorate',
      opsetImport: [{ version: OPSET }],
      graph: {
        name: model.document.name,
        node: graph.nodes,
        initializer: graph.constants,
        input: [described(input)],
        output: [described(output)],
      },
      metadataProps: Object.entries(model.facts).map(([key, value]) => ({ key, value })),
    }),
  )
}

function described({ name, shape }: GraphValue) {
  const dim = [
    { value: { case: 'dimParam' as const, value: 'batch' } },
    ...shape.map((size) => ({ value: { case: 'dimValue' as const, value: BigInt(size) } })),
  ]
  return { name, type: { tensorType: { elemType: ELEMENT.float32, shape: { dim } } } }
}
