import { defineConfig } from 'vitest/config'

/** `npm run test:deploy`: builds an image and runs a consortium for minutes, so it is not part of `npm test`. */
export default defineConfig({
  test: {
    include: ['test/deploy/**/*.test.ts'],
    // Nothing is decided by it but failure: an image takes a loaded machine half an hour.
    testTimeout: 3_600_000,
    hookTimeout: 3_600_000,
    bail: 1,
    // Each of them fills the machine.
    fileParallelism: false,
  },
})
