import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cellKey, readResults, renderMarkdown, renderReport, summarise } from '../../src/lab/index.ts'
import type { Cell, LabSettings } from '../../src/lab/index.ts'

export interface ReportsInput {
  /** Where the reports go. */
  folder: string
  /** Finished cells, one per line. The reports include cells of other shards. */
  file: string
  cells: readonly Cell[]
  settings: LabSettings
  command: string
}

/**
 * Writes report.json, report.md and report.html of the finished cells of the grid.
 *
 * @returns the number of finished cells
 */
export async function writeReports({ folder, file, cells, settings, command }: ReportsInput): Promise<number> {
  const all = await readResults(file)
  const results = cells.flatMap((cell) => all.get(cellKey(cell, settings)) ?? [])
  const report = { command, settings, finished: results.length, cells: cells.length, tables: summarise(results), results }
  await writeFile(join(folder, 'report.json'), `${JSON.stringify(report, null, 1)}\n`)
  await writeFile(join(folder, 'report.md'), renderMarkdown(results))
  await writeFile(join(folder, 'report.html'), renderReport(results, command))
  return results.length
}
