import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

it('the compiled kernels are exactly what their sources compile to', async () => {
  const script = new URL('../../../scripts/kernels.mjs', import.meta.url).pathname
  const { stderr } = await promisify(execFile)(process.execPath, [script, '--check'])
  expect(stderr).toContain('hash-wasm.ts is the build of its source')
  expect(stderr).toContain('kernels.wasm is the build of its source')
})
