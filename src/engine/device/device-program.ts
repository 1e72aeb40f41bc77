// Entry of the process that has the WebGPU device.
import { pairIndex } from '../../aggregation/index.ts'
import { serveJobs } from '../serve-jobs.ts'
import type { DeviceJobs } from './device-jobs.ts'
import { GramKernel } from './gram-kernel.ts'
import { openRange } from './open-range.ts'
import { checkGramKernel } from './self-check.ts'

let kernel: GramKernel

serveJobs<DeviceJobs>(async ({ kind, input }) => {
  switch (kind) {
    case 'open': {
      kernel = await GramKernel.open(input)
      await checkGramKernel(kernel)
      const { detail, software } = kernel
      return { detail, software }
    }
    case 'gram': {
      using source = openRange(input)
      const partials = new Int32Array(source.segments * pairIndex(source.rows, 0))
      await kernel.partials(source, 0, source.segments, partials)
      return partials
    }
  }
})

// Whoever started this process ends it, also by dying; Dawn does not take an end in the middle of its work quietly. A signal to the whole group must not take the
// device from a node that is finishing its round.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {})
