import type { MessageInitShape } from '@bufbuild/protobuf'
import type { OnnxAttributeSchema, OnnxNodeSchema, OnnxTensorSchema } from '../../../protocol/gen/quorate/files/v1/onnx_pb.ts'
import type { ExportedTensor } from '../model-to-export.ts'

/** Attributes of an operator. Whole numbers become INT or INTS; wrap others with `floats`. */
export type Attributes = Record<string, number | readonly number[] | readonly string[] | { floats: number | readonly number[] }>

export const ELEMENT = { float32: 1, int64: 7 } as const

const KIND = { float: 1, int: 2, floats: 6, ints: 7, strings: 8 } as const

/** Collects the operators and constants of an ONNX graph. A value is known by its name. */
export class GraphWriter {
  readonly nodes: MessageInitShape<typeof OnnxNodeSchema>[] = []
  readonly constants: MessageInitShape<typeof OnnxTensorSchema>[] = []
  readonly #taken = new Set<string>()

  /** Adds an operator. @param at layer that it belongs to, for its name. @returns the name of its (first) result */
  add(at: string, operator: string, inputs: readonly string[], attributes: Attributes = {}, results = 1, result = 0): string {
    const name = this.#free(`${at}/${operator}`)
    const output = Array.from({ length: results }, (_, index) =>
      index === 0 ? name : index === result ? `${name}:${index}` : '',
    )
    this.nodes.push({
      name,
      opType: operator,
      input: [...inputs],
      output,
      attribute: Object.entries(attributes).map(([key, value]) => attributeOf(key, value)),
    })
    return output[result]!
  }

  /** Adds a tensor of the model. */
  tensor({ name, shape, values }: ExportedTensor): string {
    return this.#constant(name, shape, ELEMENT.float32, new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
  }

  /** Adds a number that the layer fixes. */
  number(at: string, value: number): string {
    return this.tensor({ name: this.#free(`${at}/constant`), shape: [], values: Float32Array.of(value) })
  }

  /** Adds a list of whole numbers: axes, shapes, paddings. */
  whole(at: string, values: readonly number[]): string {
    const bytes = new Uint8Array(BigInt64Array.from(values, BigInt).buffer)
    return this.#constant(this.#free(`${at}/constant`), [values.length], ELEMENT.int64, bytes)
  }

  /** Gives a value another name wherever it stands. */
  rename(from: string, to: string): void {
    const renamed = (names: readonly string[]): string[] => names.map((name) => (name === from ? to : name))
    for (const node of this.nodes) {
      node.input = renamed(node.input!)
      node.output = renamed(node.output!)
    }
  }

  #constant(name: string, dims: readonly number[], dataType: number, rawData: Uint8Array): string {
    this.#taken.add(name)
    if (!this.constants.some((known) => known.name === name))
      this.constants.push({ name, dims: dims.map(BigInt), dataType, rawData })
    return name
  }

  #free(name: string): string {
    let free = name
    for (let n = 2; this.#taken.has(free); n++) free = `${name}_${n}`
    this.#taken.add(free)
    return free
  }
}

function attributeOf(name: string, value: Attributes[string]): MessageInitShape<typeof OnnxAttributeSchema> {
  if (typeof value === 'number') return { name, i: BigInt(value), type: KIND.int }
  if ('floats' in value) {
    const { floats } = value
    return typeof floats === 'number' ? { name, f: floats, type: KIND.float } : { name, floats: [...floats], type: KIND.floats }
  }
  if (value.some((item) => typeof item === 'string'))
    return { name, strings: value.map((item) => new TextEncoder().encode(String(item))), type: KIND.strings }
  return { name, ints: (value as readonly number[]).map(BigInt), type: KIND.ints }
}
