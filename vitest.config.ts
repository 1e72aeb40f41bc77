import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { LongestFirst } from './scripts/test-order.ts'

/** As long as a loaded machine takes; nothing is decided by it but failure. */
const shared = { testTimeout: 400_000, hookTimeout: 400_000 }

export default defineConfig({
  test: {
    pool: 'forks',
    // Tests of programs wait for chains and windows: three files keep two cores busy.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    // Node reads sources and tests as it reads the program itself. No test replaces a module.
    experimental: { viteModuleRunner: false, nodeLoader: false },
    expect: { poll: { timeout: 60_000 } },
    // Tests start the program some hundred times: Node keeps what it compiled of it, which halves the processor time of a start.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules/.cache/quorate') },
    projects: [
      {
        extends: true,
        test: {
          name: 'programs',
          include: ['test/{integration,e2e,game,chaos,fuzz,sim}/**/*.test.ts'],
          // Each file in its own process, because tfjs, libp2p and anvil keep global state.
          isolate: true,
          ...shared,
        },
      },
      {
        extends: true,
        test: {
          name: 'rules',
          include: ['test/{unit,property}/**/*.test.ts'],
          // Files share a process: what they import is read once, which takes longer than most of these tests.
          isolate: false,
          ...shared,
        },
      },
    ],
  },
})
