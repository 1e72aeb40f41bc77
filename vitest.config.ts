import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/{unit,property,integration,e2e,game,chaos,fuzz,sim}/**/*.test.ts'],
    // Long runs on real programs and chains have commands of their own: `npm run test:chaos`, `npm run test:reorganisations`.
    exclude: process.env['QUORATE_LONG_TESTS']
      ? []
      : ['test/chaos/chaos.test.ts', 'test/integration/node/reorganisations.test.ts'],
    // Two cores: files run side by side, each in its own process because tfjs, libp2p and anvil keep global state.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
})
