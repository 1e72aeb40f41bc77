import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

it('kernels.wasm is exactly what its source compiles to', async () => {
  const script = new URL('../../../src/aggregation/kernels/build.mjs', import.meta.url).pathname
  const { stderr } = await promisify(execFile)(process.execPath, [script, '--check'])
  expect(stderr).toContain('kernels.wasm is the build of its source')
})
