import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { QuorateError } from '../../core/errors.ts'
import type { ReadRows, RowFile } from '../rows.ts'
import type { ArraysSchema } from '../schema/index.ts'
import { arrayRows } from './array-rows.ts'
import type { NamedArray } from './array-rows.ts'
import { partOf } from './list-files.ts'
import type { SourceFile } from './list-files.ts'

/** Name of an array of label names, of which the target array holds indices. */
const LABELS = 'labels'

/**
 * NumPy files: an .npz with the arrays of inputs and targets, or one .npy for each (`x.npy`, `y.npy`, `train_x.npy`).
 */
export function numpyFiles(files: readonly SourceFile[], schema: ArraysSchema, labels: readonly string[] | undefined): RowFile[] {
  const archives = files.filter(({ name }) => name.endsWith('.npz'))
  const single = Map.groupBy(
    files.filter(({ name }) => name.endsWith('.npy')),
    ({ name }) => partOf(name),
  )
  return [
    ...archives.map((file) => arraysFile(file.name, schema, labels, async () => readArchive(file, schema))),
    ...[...single].map(([part, group]) =>
      arraysFile(part === undefined ? '.npy files' : `${part} .npy files`, schema, labels, async () => readSingle(group), part),
    ),
  ]
}

function arraysFile(
  name: string,
  { inputs, target }: ArraysSchema,
  labelNames: readonly string[] | undefined,
  read: () => Promise<Record<string, NamedArray>>,
  part = partOf(name),
): RowFile {
  // Parsed for its names, the file is kept until its records are read.
  let parsed: Promise<Record<string, NamedArray>> | undefined
  return {
    name,
    part,
    columns: async () => Object.keys(await (parsed = read())),
    shapeOf: async (wanted) => (await read())[wanted]?.shape.slice(1),
    async *rows({ findings, signal }: ReadRows) {
      const all = await (parsed ?? read())
      parsed = undefined
      signal?.throwIfAborted()
      const [x, y] = [all[inputs], all[target.column]]
      if (!x || !y) return
      const names = target.column === LABELS ? undefined : all[LABELS]
      const labels = names ? Array.from(names.values, String) : labelNames
      if (x.shape[0] !== y.shape[0])
        findings.error(
          { code: 'DATA_VALUE', problem: `${inputs} has ${x.shape[0]} records and ${target.column} has ${y.shape[0]}` },
          name,
        )
      else yield* arrayRows({ [inputs]: x, [target.column]: y }, target.column, labels)
    },
  }
}

/** Only the arrays that are needed are unpacked. */
async function readArchive({ path, name }: SourceFile, { inputs, target }: ArraysSchema): Promise<Record<string, NamedArray>> {
  const { unzipSync } = await import('fflate')
  const bytes = await readFile(path)
  let names: string[] = []
  const wanted = [inputs, target.column, LABELS]
  let unpacked: Record<string, Uint8Array>
  try {
    unpacked = unzipSync(bytes, {
      filter: ({ name: entry }) => {
        names = [...names, entry]
        return wanted.includes(entry.replace(/\.npy$/, ''))
      },
    })
  } catch (cause) {
    throw new QuorateError('DATA_UNREADABLE', `${name} is not a whole .npz file: ${(cause as Error).message}`, { cause })
  }
  const arrays: Record<string, NamedArray> = {}
  for (const [entry, content] of Object.entries(unpacked))
    arrays[entry.replace(/\.npy$/, '')] = await parseArray(content, `${name}, ${entry}`)
  // Names of the other arrays, so that a message can list them.
  for (const entry of names) arrays[entry.replace(/\.npy$/, '')] ??= { shape: [], values: [] }
  return arrays
}

/** `x.npy`, `train_x.npy` and `train/x.npy` hold the array x. */
async function readSingle(files: readonly SourceFile[]): Promise<Record<string, NamedArray>> {
  const arrays: Record<string, NamedArray> = {}
  for (const { path, name } of files) {
    const stem = basename(name, '.npy').replace(/^(?:train|training|test|testing)[-_.]/, '')
    arrays[stem] = await parseArray(await readFile(path), name)
  }
  return arrays
}

async function parseArray(bytes: Uint8Array, name: string): Promise<NamedArray> {
  const { parse } = await import('npyjs')
  try {
    const { data, shape, fortranOrder } = parse(bytes.slice().buffer)
    if (fortranOrder && shape.length > 1) throw new Error('its order is Fortran; save numpy.ascontiguousarray(array)')
    const values = data as unknown as NamedArray['values']
    if (values.length !== shape.reduce((product, size) => product * size, 1)) throw new Error('it ends too early')
    return { shape, values }
  } catch (cause) {
    throw new QuorateError('DATA_UNREADABLE', `${name} cannot be read: ${(cause as Error).message}`, { cause })
  }
}
