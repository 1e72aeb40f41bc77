import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { LongestFirst } from './scripts/test-order.ts'

export default defineConfig({
  test: {
    include: ['test/{unit,property,integration,e2e,game,chaos,fuzz,sim}/**/*.test.ts'],
    pool: 'forks',
    // Tests of programs wait for chains and windows: three files keep two cores busy.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    // Node reads sources and tests as it reads the program itself. No test replaces a module.
    experimental: { viteModuleRunner: false, nodeLoader: false },
    // As long as a loaded machine takes; nothing is decided by it but failure.
    testTimeout: 400_000,
    hookTimeout: 400_000,
    expect: { poll: { timeout: 60_000 } },
    // Tests start the program some hundred times: Node keeps what it compiled of it, which halves the processor time of a start.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules/.cache/quorate') },
    // Files share a process: what they import is read once, which takes longer than most of these tests.
    isolate: false,
  },
})
