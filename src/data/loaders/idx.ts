import { readFile } from 'node:fs/promises'
import { gunzipSync } from 'node:zlib'
import type { ReadRows, RowFile } from '../rows.ts'
import type { ArraysSchema } from '../schema/index.ts'
import { arrayRows } from './array-rows.ts'
import { partOf } from './list-files.ts'
import type { SourceFile } from './list-files.ts'
import { parseIdxArray } from './parse-idx.ts'

/** `train-images-idx3-ubyte`, `t10k-labels.idx1-ubyte.gz`. */
const NAME = /^(?<prefix>.*?)(?<role>images|labels)[-.]idx\d-[a-z]+(?:\.gz)?$/

/** Pairs of IDX files, images and labels, under names as those of MNIST. */
export function idxFiles(files: readonly SourceFile[], schema: ArraysSchema, labels: readonly string[] | undefined): RowFile[] {
  const pairs = new Map<string, { images?: SourceFile; labels?: SourceFile }>()
  for (const file of files) {
    const { prefix, role } = NAME.exec(file.name)?.groups ?? {}
    if (prefix !== undefined) pairs.set(prefix, { ...pairs.get(prefix), [role as 'images' | 'labels']: file })
  }
  return [...pairs].map(([prefix, pair]) => idxPair(`${prefix}images`, pair, schema, labels))
}

function idxPair(
  name: string,
  pair: { images?: SourceFile; labels?: SourceFile },
  { inputs, target }: ArraysSchema,
  labelNames: readonly string[] | undefined,
): RowFile {
  const present = [...(pair.images ? [inputs] : []), ...(pair.labels ? [target.column] : [])]
  return {
    name,
    part: partOf(name),
    columns: async () => present,
    shapeOf: async (wanted) => (wanted === inputs && pair.images ? (await readIdxFile(pair.images)).shape.slice(1) : undefined),
    async *rows({ findings, signal }: ReadRows) {
      if (!pair.images || !pair.labels) return
      const [images, labels] = [await readIdxFile(pair.images), await readIdxFile(pair.labels)]
      signal?.throwIfAborted()
      if (images.shape[0] !== labels.shape[0])
        findings.error({ code: 'DATA_VALUE', problem: `there are ${images.shape[0]} images and ${labels.shape[0]} labels` }, name)
      else yield* arrayRows({ [inputs]: images, [target.column]: labels }, target.column, labelNames)
    },
  }
}

async function readIdxFile({ path, name }: SourceFile): Promise<ReturnType<typeof parseIdxArray>> {
  const bytes = await readFile(path)
  return parseIdxArray(name.endsWith('.gz') ? gunzipSync(bytes) : bytes, name)
}
