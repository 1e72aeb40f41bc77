import { createWasmKernels } from '../../src/aggregation/index.ts'
import { createSharedTraining, runCell } from '../../src/lab/index.ts'
import type { Cell, CellResult, LabSettings } from '../../src/lab/index.ts'
import { WorkerPool } from '../../src/engine/worker-pool.ts'
import { startThread } from '../../src/engine/runner.ts'
import { selectBackend } from '../../src/training/index.ts'
import type { BackendChoice } from '../../src/training/index.ts'
import type { LoadedParts, PartNames } from './load-parts.ts'

/** Runs cells, `jobs` of them at a time. */
export interface CellRunner extends AsyncDisposable {
  jobs: number
  /** @throws the errors of `runCell`; CANCELLED when the signal of the runner aborts */
  run(cell: Cell, settings: LabSettings): Promise<CellResult>
}

/** What a thread is asked. */
export interface LabJobs {
  cell: { in: { cell: Cell; settings: LabSettings; names: PartNames; backend: BackendChoice }; out: CellResult }
}

/** One cell after the other on this thread. The back end starts with the first. */
export function inlineRunner(partsOf: LoadedParts['partsOf'], backend: BackendChoice, signal?: AbortSignal): CellRunner {
  const kernels = createWasmKernels()
  const shared = createSharedTraining()
  let started: ReturnType<typeof selectBackend> | undefined
  return {
    jobs: 1,
    async run(cell, settings) {
      started ??= selectBackend(backend)
      return runCell(cell, settings, { ...partsOf(cell), backend: await started, kernels, shared, signal })
    },
    [Symbol.asyncDispose]: async () => {},
  }
}

/** Cells on threads that each load the parts for themselves, so that all cores work. A cell has the same bits on every thread. */
export function threadRunner(names: PartNames, backend: BackendChoice, jobs: number, signal: AbortSignal): CellRunner {
  const pool = new WorkerPool<LabJobs>(jobs, () => startThread(new URL('cell-worker.ts', import.meta.url)))
  // A signal reaches no thread: an interrupt ends them.
  signal.addEventListener('abort', () => void pool.close(), { once: true })
  return {
    jobs,
    run: async (cell, settings) => pool.run('cell', { cell, settings, names, backend }, signal),
    [Symbol.asyncDispose]: async () => pool.close(),
  }
}
