import { appendResult, cellKey, readResults } from '../../src/lab/index.ts'
import type { Cell, LabSettings } from '../../src/lab/index.ts'
import { cellLine } from './cell-line.ts'
import type { CellRunner } from './cell-runner.ts'

export interface CellsInput {
  cells: readonly Cell[]
  settings: LabSettings
  /** Finished cells, one a line. */
  file: string
  runner: CellRunner
  story: (line: string) => void
}

/**
 * Runs the cells that the file does not contain, as many at a time as the runner has jobs, and appends each finished cell.
 *
 * @returns the number of cells that ran
 * @throws the errors of `runCell`; finished cells stay in the file
 */
export async function runCells({ cells, settings, file, runner, story }: CellsInput): Promise<number> {
  const earlier = await readResults(file)
  const missing = cells.filter((cell) => !earlier.has(cellKey(cell, settings)))
  const started = performance.now()
  let ran = 0
  // Lanes take from one queue: cells differ in length.
  const queue = missing.values()
  const lane = async (): Promise<void> => {
    for (const cell of queue) {
      const result = await runner.run(cell, settings)
      await appendResult(file, result)
      ran++
      const left = ((performance.now() - started) / ran / 1000) * (missing.length - ran)
      const number = cells.length - missing.length + ran
      story(`[${number}/${cells.length}] ${cellLine(result)}${left > 0 ? `, about ${Math.ceil(left)} s left` : ''}`)
    }
  }
  await Promise.all(Array.from({ length: runner.jobs }, lane))
  return ran
}
