import { createWasmKernels } from '../../src/aggregation/index.ts'
import { appendResult, cellKey, createSharedTraining, readResults, runCell } from '../../src/lab/index.ts'
import type { Cell, LabParts, LabSettings } from '../../src/lab/index.ts'
import { selectBackend } from '../../src/training/index.ts'
import type { BackendChoice } from '../../src/training/index.ts'
import { cellLine } from './cell-line.ts'

export interface CellsInput {
  cells: readonly Cell[]
  settings: LabSettings
  /** Finished cells, one a line. */
  file: string
  backend: BackendChoice
  partsOf: (cell: Cell) => Pick<LabParts, 'dataset' | 'attack' | 'rule'>
  signal: AbortSignal
  story: (line: string) => void
}

/**
 * Runs the cells that the file does not contain, one after the other, and appends each finished cell.
 *
 * @returns the number of cells that ran
 * @throws the errors of `runCell`; finished cells stay in the file
 */
export async function runCells({ cells, settings, file, backend: name, partsOf, signal, story }: CellsInput): Promise<number> {
  const earlier = await readResults(file)
  const backend = await selectBackend(name)
  const kernels = createWasmKernels()
  const shared = createSharedTraining()
  const started = performance.now()
  let ran = 0
  for (const [index, cell] of cells.entries()) {
    if (earlier.has(cellKey(cell, settings))) continue
    const result = await runCell(cell, settings, { ...partsOf(cell), backend, kernels, shared, signal })
    await appendResult(file, result)
    ran++
    const left = ((performance.now() - started) / ran / 1000) * (cells.length - index - 1)
    story(`[${index + 1}/${cells.length}] ${cellLine(result)}${left > 0 ? `, about ${Math.ceil(left)} s left` : ''}`)
  }
  return ran
}
