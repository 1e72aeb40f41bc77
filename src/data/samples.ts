import type { Dataset, Part } from './dataset.ts'

/** Records side by side in memory: record i is `inputs[i·width … (i+1)·width − 1]` with label `labels[i]`. */
export interface PartSamples {
  /** Bytes are read as value / 255. */
  inputs: Uint8Array | Float32Array
  /** Indices of labels, or scaled numbers: bytes for at most 256 labels, Int32Array for more, Float32Array for numbers. */
  labels: Uint8Array | Int32Array | Float32Array
}

/** Records read at once. */
const RUN = 256

/**
 * All records of a part, for trainers that hold them in memory.
 *
 * @throws QuorateError DATA_UNREADABLE if a file changed since the data set was opened, CANCELLED
 * @example const { inputs, labels } = await readSamples(data, 'train')
 */
export async function readSamples(data: Dataset, part: 'train' | 'test', signal?: AbortSignal): Promise<PartSamples> {
  const { target } = data.schema
  const { targets } = data[part]
  const inputs = await allInputs(data[part], signal)
  if (target.kind === 'number') return { inputs, labels: targets.slice() }
  return { inputs, labels: target.labels.length <= 256 ? Uint8Array.from(targets) : Int32Array.from(targets) }
}

async function allInputs(part: Part, signal: AbortSignal | undefined): Promise<Uint8Array | Float32Array> {
  let all: Uint8Array | Float32Array = new Float32Array()
  for (let from = 0; from < part.count; from += RUN) {
    const indices = Uint32Array.from({ length: Math.min(RUN, part.count - from) }, (_, k) => from + k)
    const { inputs } = await part.read(indices, signal)
    const width = inputs.length / indices.length
    if (from === 0) all = inputs instanceof Uint8Array ? new Uint8Array(part.count * width) : new Float32Array(part.count * width)
    all.set(inputs, from * width)
  }
  return all
}
