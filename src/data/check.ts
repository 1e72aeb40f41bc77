import type { Hash } from '../protocol/index.ts'
import type { ColumnReport } from './encode/index.ts'
import { Findings } from './findings.ts'
import type { Finding } from './findings.ts'
import { HELD_OUT } from './open-dataset.ts'
import type { OpenOptions } from './open-dataset.ts'
import { scanData } from './scan.ts'
import { inputShape, schemaHash } from './schema/index.ts'
import type { DataSchema } from './schema/index.ts'
import { countLabels, reportShortParts } from './short-parts.ts'
import type { LabelCount } from './short-parts.ts'
import { splitRecords } from './split.ts'
import { reportCopies } from './report-copies.ts'
import { reportScaling } from './report-scaling.ts'

/** What a member should know of its data before it trains. */
export interface DataReport {
  /** Whether the data can be trained on: no finding is an error. */
  ok: boolean
  schemaHash: Hash
  inputShape: readonly number[]
  /** Usable records. */
  train: number
  test: number
  labels: LabelCount[]
  columns: ColumnReport[]
  findings: Finding[]
}

/**
 * Reads every record and reports what is wrong, with file and record named. Nothing is changed, and nothing leaves the machine.
 *
 * @throws QuorateError where nothing can be read at all, as `scanData` does
 * @example const { ok, findings } = await checkDataset(schema, './folder')
 */
export async function checkDataset(schema: DataSchema, path: string, options: OpenOptions = {}): Promise<DataReport> {
  const findings = new Findings()
  const scan = await scanData(schema, path, findings, options)
  await scan.close()
  const { seed = schemaHash(schema), heldOut = HELD_OUT } = options
  const split = splitRecords(scan.records, { seed, heldOut })
  reportShortParts(schema, scan.records, split, findings)
  reportScaling(scan.reports, findings)
  reportCopies(scan.records, split, findings)
  const list = findings.list()
  return {
    ok: list.every(({ severity }) => severity !== 'error'),
    schemaHash: schemaHash(schema),
    inputShape: inputShape(schema),
    train: split.train.length,
    test: split.test.length,
    labels: countLabels(schema, scan.records, split),
    columns: scan.reports,
    findings: list,
  }
}
