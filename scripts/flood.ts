// One bonded member floods the operator of a real consortium: `npm run test:flood`. Prints how long the operator's event loop was held
// up, with and without the flood, what the flooder got through, and the rounds that the honest members completed meanwhile. Fails unless
// the 99th percentile stays within --p99 ms, the rounds complete and the flooder is banned. Measure on cores that do nothing else: on
// others `own99` says how long the operator's own work held it up.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { foundConsortium } from '../cli/demo/consortium.ts'
import { NodeProcess } from '../cli/demo/node-process.ts'
import { parseDemoFlags } from '../cli/demo/options.ts'
import { silentLogger } from '../src/core/index.ts'

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '100000' },
    dials: { type: 'string', default: '10000' },
    streams: { type: 'string', default: '1000' },
    calls: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '3' },
    quiet: { type: 'string', default: '20' },
    /** Seconds in which members train: the flooder commits nothing, so every round waits for its end. */
    window: { type: 'string', default: '20' },
    p99: { type: 'string', default: '100' },
    keep: { type: 'boolean', default: false },
  },
})
const MEMBERS = 4
const folder = mkdtempSync(join(tmpdir(), 'quorate-flood-'))
const probe = join(folder, 'probe.json')
const ending = new AbortController()
const { signal } = ending
const flags = {
  members: MEMBERS,
  rounds: 100,
  attack: [],
  rule: 'nnmGm',
  model: 'mlp',
  partition: 'dirichlet:1',
  backend: 'cpu',
  seed: 7,
}
const demo = { ...parseDemoFlags({ ...flags, json: true, keep: true }), attacks: [] }
const windows = { commit: Number(values.window), reveal: 60, attest: 60, post: 120, challenge: 3600 }
const consortium = await foundConsortium({
  ...demo,
  folder,
  windows,
  logger: silentLogger,
  onStep: (step) => console.log(step),
  signal,
})
const { operator, members } = consortium
const honest = members.slice(1)
const [flooder] = members
// A flood is to be measured, not training: each member trains on a small share of the data.
for (const { configPath } of honest)
  writeFileSync(configPath, readFileSync(configPath, 'utf8').replace(`members = ${MEMBERS}`, 'members = 200'))
const processes: NodeProcess[] = []
const failed = Promise.withResolvers<never>()
failed.promise.catch(() => {})
let posted = 0
/** Who waits for how many posted rounds. */
const waiting = new Map<() => void, number>()
const untilPosted = async (rounds: number): Promise<void> => {
  if (posted >= rounds) return
  await Promise.race([failed.promise, new Promise<void>((resolve) => waiting.set(resolve, rounds))])
}

process.env['PROBE_FILE'] = probe
const serving = Promise.withResolvers<void>()
let pid = 0
const coordinator = new NodeProcess(
  'coordinator',
  ['--config', operator.configPath],
  (event) => {
    if (event.event === 'started') serving.resolve()
    if (event.event !== 'posted') return
    posted++
    for (const [wake, rounds] of waiting) if (posted >= rounds) wake()
  },
  (error) => failed.reject(error),
  join(import.meta.dirname, '../test/flood/probed-coordinator.ts'),
)
processes.push(coordinator)
let code = 1
try {
  await Promise.race([failed.promise, serving.promise])
  pid = coordinator.pid!
  for (const { index, configPath } of honest)
    processes.push(
      new NodeProcess(
        `member-${index}`,
        ['member', 'run', '--config', configPath, '--json'],
        () => {},
        (error) => failed.reject(error),
      ),
    )
  await untilPosted(1)
  process.kill(pid, 'SIGUSR2')
  await delay(Number(values.quiet) * 1000)
  const figures = (): string => readFileSync(probe, 'utf8')
  console.log(`without a flood: ${figures()}`)
  process.kill(pid, 'SIGUSR2')
  const before = posted
  const { messages, dials, streams, calls } = values
  const args = Object.entries({ messages, dials, streams, calls }).flatMap(([name, count]) => [`--${name}`, count])
  const program = join(import.meta.dirname, '../test/flood/flooder.ts')
  const flood = spawn(process.execPath, [program, '--config', flooder!.configPath, '--owner', flooder!.owner, ...args], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  await Promise.race([failed.promise, once(flood, 'exit')])
  const duringFlood = figures()
  await untilPosted(before + Number(values.rounds))
  const { p99 } = JSON.parse(duringFlood) as { p99: number }
  const log = readFileSync(join(operator.configPath, '../coordinator.log'), 'utf8')
  const banned = log.includes('peer is banned')
  console.log(`with the flood: ${duringFlood}`)
  console.log(`afterwards: ${figures()}`)
  console.log(`rounds posted since the flood began: ${posted - before}; the flooder ${banned ? 'was' : 'was not'} banned`)
  code = p99 <= Number(values.p99) && banned ? 0 : 1
} finally {
  ending.abort()
  await Promise.all(processes.map(async (one) => one.stop()))
  await consortium.chain.close()
  await consortium.anvil.stop()
  if (values.keep) console.log(folder)
  else rmSync(folder, { recursive: true, force: true })
}
process.exit(code)
