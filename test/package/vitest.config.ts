import { defineConfig } from 'vitest/config'

/** `npm run test:package`: downloads every runtime dependency, so it is not part of `npm test`. */
export default defineConfig({
  test: { include: ['test/package/**/*.test.ts'], testTimeout: 600_000, hookTimeout: 900_000, bail: 1 },
})
