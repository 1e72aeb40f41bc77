import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { plural, QuorateError } from '../../src/core/index.ts'
import { openDataset, readSamples } from '../../src/data/index.ts'
import type { DataSchema } from '../../src/data/index.ts'
import { createRandom, loadDataset, MINIMUM_SHARE, partitionSamples, shuffle, takeSamples } from '../../src/training/index.ts'
import type { Partition, Samples, TaskDocument } from '../../src/training/index.ts'
import type { Division } from './options.ts'

/** The data of one member. */
export interface MemberData {
  name: string
  samples: Samples
  /** Where its data are, if they have a place of their own. */
  path?: string
  /** Records that it holds out, if they are its own. */
  test?: Samples
}

export interface DividedData {
  members: MemberData[]
  /** Records that nobody trains on. */
  test: Samples
}

export interface DivideOptions {
  folder: string | undefined
  division: Division
  /** With the poisoners; what the folders say if left out. */
  members: number | undefined
  seed: number
  /** Most records to measure on; 0 for all. */
  testSamples: number
  signal?: AbortSignal
}

const MEMBERS = 10
/** A share may be this small a part of an equal one. */
const LEAST_PART = 4

/**
 * Gives every member its data: shares of a public data set or of one folder, or one folder or file each.
 *
 * @throws QuorateError FLAG_INVALID, DATASET_NOT_FOUND, DATA_…, CANCELLED
 */
export async function divideData(document: Pick<TaskDocument, 'data' | 'dataset'>, options: DivideOptions): Promise<DividedData> {
  const { division, testSamples, seed } = options
  const divided =
    division && 'kind' in division && division.kind === 'folders'
      ? await fromFolders(document, options)
      : await fromOne(document, options)
  return { ...divided, test: someOf(divided.test, testSamples, seed) }
}

/** The folders or files of members, by name. @throws QuorateError FLAG_INVALID, DATASET_NOT_FOUND */
export async function memberPlaces({ folder, members }: Pick<DivideOptions, 'folder' | 'members'>): Promise<string[]> {
  if (folder === undefined) throw new QuorateError('FLAG_INVALID', '--partition folders: name their folder with --data')
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new QuorateError('DATASET_NOT_FOUND', `cannot read ${folder}`, { cause, details: { folder } })
  })
  const places = names.filter((name) => !name.startsWith('.')).sort()
  if (places.length < 2)
    throw new QuorateError(
      'FLAG_INVALID',
      `--partition folders: ${folder} has ${places.length} folders or files, and each member needs one`,
    )
  if (members !== undefined && members !== places.length)
    throw new QuorateError(
      'FLAG_INVALID',
      `--members ${members}: ${folder} has data for ${plural(places.length, 'member')}; leave --members out`,
    )
  return places
}

async function fromFolders({ data: schema }: Pick<TaskDocument, 'data'>, options: DivideOptions): Promise<DividedData> {
  const { folder, signal } = options
  if (!schema)
    throw new QuorateError(
      'FLAG_INVALID',
      '--partition folders: this task trains on a public data set, which has no folders of members',
    )
  const opened = []
  for (const name of await memberPlaces(options))
    opened.push({ name, ...(await readFolder(schema, join(folder!, name), signal)) })
  return {
    members: opened.map(({ name, train, test, path }) => ({
      name,
      samples: train,
      path,
      ...(test.labels.length > 0 && { test }),
    })),
    test: joined(opened.map(({ test }) => test)),
  }
}

async function readFolder(
  schema: DataSchema,
  path: string,
  signal: AbortSignal | undefined,
): Promise<{ train: Samples; test: Samples; path: string }> {
  await using dataset = await openDataset(schema, path, { signal })
  return { train: await readSamples(dataset, 'train', signal), test: await readSamples(dataset, 'test', signal), path }
}

async function fromOne(
  { data: schema, dataset }: Pick<TaskDocument, 'data' | 'dataset'>,
  options: DivideOptions,
): Promise<DividedData> {
  const { folder, members = MEMBERS, seed, signal } = options
  if (schema && folder === undefined)
    throw new QuorateError(
      'FLAG_INVALID',
      '--data: this task trains on data of the members; name a folder or file to divide among them',
    )
  const { train, test } = schema ? await readFolder(schema, folder!, signal) : await loadDataset(dataset!, folder)
  if (test.labels.length === 0)
    throw new QuorateError('DATA_TOO_FEW', 'no record is held out, so nothing can be measured: add records, or a part named test')
  const shares = sharesOf(train, options.division as Partition | undefined, members, seed)
  return { members: shares.map((share, index) => ({ name: `member-${index}`, samples: takeSamples(train, share) })), test }
}

function sharesOf({ labels }: Samples, division: Partition | undefined, members: number, seed: number): Uint32Array[] {
  const isNumber = !(labels instanceof Uint8Array)
  if (isNumber && division && !(division.kind === 'gamma' && division.gamma === 1))
    throw new QuorateError(
      'FLAG_INVALID',
      '--partition: only iid and folders divide records with numbers, or with more than 256 classes',
    )
  const partition = division ?? (isNumber ? { kind: 'gamma', gamma: 1 } : { kind: 'dirichlet', alpha: 0.5 })
  const classes = isNumber ? 1 : labels.reduce((most, label) => Math.max(most, label), 0) + 1
  const minimum = Math.max(1, Math.min(MINIMUM_SHARE, Math.floor(labels.length / members / LEAST_PART)))
  if (labels.length < members)
    throw new QuorateError('FLAG_INVALID', `--members ${members}: ${labels.length} records are too few for so many`)
  const whole = isNumber ? new Uint8Array(labels.length) : labels
  return partitionSamples({ partition, labels: whole, classes, members, seed, minimum })
}

/** Copies of records side by side. */
function joined(parts: readonly Samples[]): Samples {
  const of = <T extends Samples['inputs'] | Samples['labels']>(arrays: readonly T[]): T => {
    const whole = new (arrays[0]!.constructor as new (length: number) => T)(arrays.reduce((sum, one) => sum + one.length, 0))
    let at = 0
    for (const one of arrays) {
      whole.set(one, at)
      at += one.length
    }
    return whole
  }
  const filled = parts.filter(({ labels }) => labels.length > 0)
  if (filled.length === 0)
    throw new QuorateError(
      'DATA_TOO_FEW',
      'no member holds records out, so nothing can be measured: add records, or parts named test',
    )
  return { inputs: of(filled.map(({ inputs }) => inputs)), labels: of(filled.map(({ labels }) => labels)) }
}

/** So many records at random, or all with 0. */
function someOf(samples: Samples, most: number, seed: number): Samples {
  const count = samples.labels.length
  if (most === 0 || most >= count) return samples
  const order = shuffle(
    Uint32Array.from({ length: count }, (_, i) => i),
    createRandom(seed, 'test'),
  )
  return takeSamples(samples, order.slice(0, most).sort())
}
