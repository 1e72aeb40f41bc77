import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { benchAggregation } from '../../../bench/aggregation.ts'
import { benchCoordinates } from '../../../bench/coordinates.ts'
import { benchGpu } from '../../../bench/gpu.ts'
import { benchStreaming } from '../../../bench/streaming.ts'

it('`npm run bench` prints one JSON report of the parts asked for', async () => {
  const main = join(import.meta.dirname, '../../../bench/main.ts')
  const { stdout } = await promisify(execFile)(process.execPath, [main, '--only', 'chain'])
  const report = JSON.parse(stdout) as Record<string, unknown>
  expect(report).toMatchObject({
    machine: { cores: expect.any(Number) },
    chain: { RoundLedger: { 'post, 8 members': expect.any(Number) } },
  })
  expect(report).not.toHaveProperty('trees')
})

it('the WebGPU part names its adapter or says why it is skipped', async () => {
  const { checks, device } = await benchGpu([{ n: 4, d: 10_000 }], 0)
  expect(checks).toMatchObject([{ n: 4, check: { runs: 2 } }])
  if ('skipped' in device) expect(device.skipped).toMatch(/^webgpu skipped: ./)
  else expect(device).toMatchObject({ adapter: expect.stringMatching(/./), rows: [{ webgpu: { runs: 2 } }] })
})

it('a small round runs through every stage, in memory and streamed', async () => {
  const [row] = await benchAggregation([{ n: 4, d: 10_000 }], 0)
  expect(row).toMatchObject({ n: 4, whole: { runs: 2 } })
  const [coordinates] = await benchCoordinates([{ n: 4, d: 10_000 }], 0)
  expect(coordinates).toMatchObject({ n: 4, median: { runs: 2 }, rules: { 'nnm-trimmed-mean': { runs: 2 } } })
  const [streamed] = await benchStreaming([{ n: 3, d: 20_000 }])
  expect(streamed).toMatchObject({ n: 3, gram: expect.any(Number), peak: expect.any(Number) })
})
