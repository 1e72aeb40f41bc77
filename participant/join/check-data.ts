import { ERRORS } from '../../src/core/error-codes.ts'
import { QuorateError } from '../../src/core/index.ts'
import { checkDataset, parseSchema, reportLines } from '../../src/data/index.ts'
import { parseDocument } from '../../src/protocol/index.ts'

export interface CheckDataOptions {
  /** Folder or file of the member. */
  data?: string
  /** Whether a program of the member trains, and reads the data its own way. */
  ownProgram: boolean
  story: (line: string) => void
  signal: AbortSignal
}

/** What was found, in numbers; undefined where nothing could be checked. */
export interface CheckedData {
  train: number
  heldOut: number
}

/**
 * Holds a member's data against the schema of a task, before anything is staked. Columns, labels and values that differ are named.
 *
 * @param document JSON text of the task document
 * @throws QuorateError USAGE without data, the first error of the data (docs/data.md), DATASET_NOT_FOUND
 */
export async function checkData(
  document: string,
  { data, ownProgram, story, signal }: CheckDataOptions,
): Promise<CheckedData | undefined> {
  const { training } = parseDocument(document)
  const unchecked = (why: string): undefined => {
    story(`· data: ${why}`)
    return undefined
  }
  const { data: described, dataset } = training as { data?: unknown; dataset?: unknown }
  if (data === undefined && ownProgram) return unchecked('the program of this member reads its own')
  if (described === undefined) {
    if (typeof dataset !== 'string') return unchecked('the task describes none')
    const { loadDataset } = await import('../../src/training/index.ts')
    const { train, test } = await loadDataset(dataset, data)
    if (data === undefined)
      story(`· data: the public data set ${dataset}, as this task says; name a folder of your own with --data`)
    return { train: train.labels.length, heldOut: test.labels.length }
  }
  if (data === undefined)
    throw new QuorateError('USAGE', 'this task trains on data of your own: name its folder or file with --data')
  const schema = parseSchema(described)
  const report = await checkDataset(schema, data, { signal })
  for (const line of reportLines(schema, report).split('\n')) story(`  ${line}`)
  const errors = report.findings.filter(({ severity }) => severity === 'error')
  if (errors.length > 0) {
    const [{ code, problem, places, advice }] = errors as [(typeof errors)[number], ...typeof errors]
    const where = places.length === 0 ? '' : ` in ${places.join('; ')}`
    // The catalogue's advice follows the message anyway.
    const more = advice === ERRORS[code].advice ? '' : `. ${advice.replace(/\.$/, '')}`
    throw new QuorateError(code, `nothing was staked, because ${data} does not fit the task: ${problem}${where}${more}`, {
      details: { findings: errors },
    })
  }
  return { train: report.train, heldOut: report.test }
}
