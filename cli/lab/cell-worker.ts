// Entry of one thread of `quorate lab --jobs`.
import { serveJobs } from '../../src/engine/serve-jobs.ts'
import { inlineRunner } from './cell-runner.ts'
import type { CellRunner, LabJobs } from './cell-runner.ts'
import { loadParts } from './load-parts.ts'

let runner: Promise<CellRunner> | undefined

// The parts are the same for all cells of a run.
serveJobs<LabJobs>(async ({ input: { cell, settings, names, backend } }) => {
  runner ??= loadParts(names, () => {}).then(({ partsOf }) => inlineRunner(partsOf, backend))
  return (await runner).run(cell, settings)
})
