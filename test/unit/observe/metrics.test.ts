import { spawnSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { METRICS, createMetrics } from '../../../src/observe/index.ts'
import type { MetricEntry } from '../../../src/observe/index.ts'

const KINDS = { count: 'counter', gauge: 'gauge', observe: 'histogram' } as const

test('counts, sets and observes, with the prefix, in the Prometheus format', async () => {
  const metrics = createMetrics({ strict: true })
  metrics.count('rpc_calls_total', { method: 'join', code: 'OK' })
  metrics.count('rpc_calls_total', { method: 'join', code: 'OK' }, 2)
  metrics.count('blob_served_bytes_total', {}, 1000)
  metrics.gauge('network_peers', 8)
  metrics.gauge('network_peers', 7)
  metrics.observe('rpc_call_seconds', 0.003, { method: 'join' })
  const text = await metrics.text()
  expect(text).toContain('quorate_rpc_calls_total{method="join",code="OK"} 3\n')
  expect(text).toContain('quorate_blob_served_bytes_total 1000\n')
  expect(text).toContain('quorate_network_peers 7\n')
  expect(text).toContain('quorate_rpc_call_seconds_bucket{le="0.001",method="join"} 0\n')
  expect(text).toContain('quorate_rpc_call_seconds_bucket{le="0.005",method="join"} 1\n')
  expect(text).not.toContain('quorate_quorate')
  expect(text).not.toContain('process_cpu')
})

test('what the table does not know throws in tests and is ignored in programs', async () => {
  const wrong = [
    (metrics: ReturnType<typeof createMetrics>) => metrics.count('nothing_total'),
    (metrics: ReturnType<typeof createMetrics>) => metrics.gauge('rpc_calls_total', 1),
    (metrics: ReturnType<typeof createMetrics>) => metrics.count('rpc_calls_total', { member: '0xa1' }),
    (metrics: ReturnType<typeof createMetrics>) => metrics.count('rpc_calls_total', { method: 'join', code: 'OK' }, -1),
    (metrics: ReturnType<typeof createMetrics>) => metrics.gauge('network_peers', 'many' as never),
  ]
  for (const call of wrong) {
    expect(() => call(createMetrics({ strict: true }))).toThrow(expect.objectContaining({ code: 'INTERNAL' }))
    call(createMetrics())
  }
})

test('a gauge that is a function is asked with each reading', async () => {
  const metrics = createMetrics({ strict: true })
  let streams = 3
  metrics.gauge('network_streams', () => streams)
  expect(await metrics.text()).toContain('quorate_network_streams 3\n')
  streams = 5
  expect(await metrics.text()).toContain('quorate_network_streams 5\n')
})

test('two registries know nothing of each other; process figures come on request', async () => {
  const [one, two] = [createMetrics({ process: true }), createMetrics()]
  one.gauge('network_peers', 3)
  expect(await one.text()).toContain('process_cpu')
  expect(await two.text()).not.toContain('quorate_network_peers 3')
})

/** Debian has promtool in its package `prometheus`. */
const promtool = spawnSync('promtool', ['--version']).status === 0
if (!promtool) console.error('skipped: promtool checks the metrics where the package prometheus is installed')

test.skipIf(!promtool)('promtool finds nothing to mend in names, types and help texts', async () => {
  const input = await createMetrics({ process: true }).text()
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' })
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' })
})

test('names say what they hold', () => {
  for (const [name, entry] of Object.entries<MetricEntry>(METRICS)) {
    expect(name).toMatch(/^[a-z_]+$/)
    expect(name, 'the registry puts the prefix before it').not.toMatch(/^quorate_/)
    expect(name.endsWith('_total')).toBe(entry.type === 'counter')
    // A gauge in seconds is a time, after the conventions of Prometheus.
    if (entry.type === 'gauge' && name.endsWith('_seconds')) expect(name).toMatch(/_timestamp_seconds$/)
    else expect(name.endsWith('_seconds')).toBe(entry.type === 'histogram')
    expect((entry.buckets !== undefined) === (entry.type === 'histogram')).toBe(true)
  }
})

/** Every `metrics.count('name', …)` in the programs, and what kind of metric it asks for. */
function usedMetrics(): { name: string; kind: string; file: string }[] {
  const root = join(import.meta.dirname, '../../..')
  const files = ['src', 'coordinator', 'participant'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(root, folder, name)),
  )
  return files.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/metrics\??\.(count|gauge|observe)\(\s*'([^']+)'/g)].map(([, method, name]) => ({
      name: name!,
      kind: KINDS[method as keyof typeof KINDS],
      file,
    })),
  )
}

test('every metric that the programs use is in the table, as what it is', () => {
  const used = usedMetrics()
  expect(used.length).toBeGreaterThan(20)
  // The file tells where to look when this fails.
  const table: Record<string, MetricEntry> = METRICS
  expect(used.filter(({ name, kind }) => table[name]?.type !== kind)).toEqual([])
  const names = new Set(used.map(({ name }) => name))
  expect(
    Object.keys(METRICS).filter((name) => !names.has(name)),
    'listed but never used',
  ).toEqual([])
})
