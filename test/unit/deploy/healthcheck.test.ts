import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createMetrics, startMetricsServer } from '../../../src/observe/index.ts'

const SCRIPT = resolve(import.meta.dirname, '../../../deploy/container/healthcheck.mjs')

/** Runs HEALTHCHECK of the image for an address. */
async function check(address: string): Promise<{ code: number; stdout: string }> {
  const env = { ...process.env, QUORATE_HEALTH: address }
  return new Promise((resolve) => {
    execFile(process.execPath, [SCRIPT], { env }, (error, stdout) => resolve({ code: error ? Number(error.code) : 0, stdout }))
  })
}

describe('HEALTHCHECK of the image', () => {
  it('follows /healthz, and says why a container is unhealthy', async () => {
    let ok = true
    const health = () => ({ ok, round: 7 })
    const server = await startMetricsServer({ listen: '127.0.0.1:0', metrics: createMetrics(), health })
    const { address } = server
    expect(await check(address)).toEqual({ code: 0, stdout: '200 {"ok":true,"round":7}\n' })
    ok = false
    expect(await check(address)).toEqual({ code: 1, stdout: '503 {"ok":false,"round":7}\n' })
    await server.stop()
    const gone = await check(address)
    expect(gone).toMatchObject({ code: 1, stdout: expect.stringContaining(`no answer at ${address}`) as string })
  })
})
