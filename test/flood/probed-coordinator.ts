// The ordinary coordinator, which writes how long its event loop was held up: `PROBE_FILE` names the file, and SIGUSR2 begins anew.
import { writeFileSync } from 'node:fs'
import { createHistogram, monitorEventLoopDelay } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { runCoordinator } from '../../coordinator/cli/run-coordinator.ts'
import { reportError } from '../../src/console/index.ts'

const file = process.env['PROBE_FILE']!
const delay = monitorEventLoopDelay({ resolution: 5 })
delay.enable()
/** Processor time of the main thread between two turns, ns: how long its own work held it up, whatever else the machine does. */
const own = createHistogram()
let thread = process.threadCpuUsage()
setInterval(() => {
  const { user, system } = process.threadCpuUsage(thread)
  thread = process.threadCpuUsage()
  own.record(Math.max(1, (user + system) * 1000))
}, 5).unref()
let cpu = process.cpuUsage()
let since = performance.now()
process.on('SIGUSR2', () => {
  delay.reset()
  own.reset()
  cpu = process.cpuUsage()
  since = performance.now()
})
const ms = (nanoseconds: number): number => Math.round(nanoseconds / 1e4) / 100
setInterval(() => {
  const { user, system } = process.cpuUsage(cpu)
  const figures = {
    seconds: Math.round((performance.now() - since) / 1000),
    p50: ms(delay.percentile(50)),
    p99: ms(delay.percentile(99)),
    max: ms(delay.max),
    own99: ms(own.percentile(99)),
    ownMax: ms(own.max),
    cpuSeconds: Math.round((user + system) / 1e5) / 10,
    megabytes: Math.round(process.memoryUsage.rss() / 1e6),
  }
  writeFileSync(file, JSON.stringify(figures))
}, 1000).unref()

try {
  const { config } = parseArgs({ options: { config: { type: 'string' } } }).values
  await runCoordinator({ path: config!, json: true })
} catch (error) {
  process.exitCode = reportError(error, true)
}
