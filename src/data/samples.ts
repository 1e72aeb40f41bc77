import { QuorateError } from '../core/errors.ts'
import type { Dataset, Part } from './dataset.ts'

/** All records of a part in memory. Record i is `images[i·width … (i+1)·width − 1]`; bytes are read as value / 255. */
export interface ClassSamples {
  images: Uint8Array | Float32Array
  /** Index of the label of each record. */
  labels: Uint8Array
}

export interface NumberSamples {
  images: Uint8Array | Float32Array
  /** Target of each record, scaled. */
  values: Float32Array
}

/** Records read at once. */
const RUN = 256

/**
 * All records of a part of a data set whose target is a class, for trainers that hold them in memory.
 *
 * @throws QuorateError DATA_SCHEMA where the target is a number, or there are more labels than a byte can number; DATA_UNREADABLE
 */
export async function classSamples(data: Dataset, part: 'train' | 'test'): Promise<ClassSamples> {
  const { schema } = data
  if (schema.target.kind !== 'class') throw new QuorateError('DATA_SCHEMA', 'the target is a number and not a class')
  const count = schema.target.labels.length
  if (count > 256) throw new QuorateError('DATA_SCHEMA', `there are ${count} labels, and this trainer takes at most 256`)
  return { images: await allInputs(data[part]), labels: Uint8Array.from(data[part].targets) }
}

/**
 * The same where the target is a number.
 *
 * @throws QuorateError DATA_SCHEMA where the target is a class; DATA_UNREADABLE
 */
export async function numberSamples(data: Dataset, part: 'train' | 'test'): Promise<NumberSamples> {
  if (data.schema.target.kind !== 'number') throw new QuorateError('DATA_SCHEMA', 'the target is a class and not a number')
  return { images: await allInputs(data[part]), values: data[part].targets.slice() }
}

async function allInputs(part: Part): Promise<Uint8Array | Float32Array> {
  let all: Uint8Array | Float32Array = new Float32Array()
  for (let from = 0; from < part.count; from += RUN) {
    const indices = Uint32Array.from({ length: Math.min(RUN, part.count - from) }, (_, k) => from + k)
    const { inputs } = await part.read(indices)
    const width = inputs.length / indices.length
    if (from === 0) all = inputs instanceof Uint8Array ? new Uint8Array(part.count * width) : new Float32Array(part.count * width)
    all.set(inputs, from * width)
  }
  return all
}
