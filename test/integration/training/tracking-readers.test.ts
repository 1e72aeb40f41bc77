import { execFile, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { knownEnvironment } from '../../../scripts/python.ts'
import { silentLogger } from '../../../src/core/index.ts'
import { openTrackers } from '../../../src/node/events/start-tracking.ts'

const python = knownEnvironment('full')
if (!python) console.warn('skipped: no Python with TensorBoard and MLflow; `node scripts/python.ts environment --full` makes it')

const TENSORBOARD = `
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
events = EventAccumulator(sys.argv[1])
events.Reload()
print(json.dumps({tag: [[e.step, e.value, e.wall_time] for e in events.Scalars(tag)] for tag in events.Tags()["scalars"]}))
`
const MLFLOW = `
import json, sys
from mlflow.tracking import MlflowClient
client = MlflowClient(sys.argv[1])
experiment = client.get_experiment_by_name("wards")
runs = client.search_runs([experiment.experiment_id])
print(json.dumps([[run.info.run_name, run.info.status, run.data.tags["task"],
    [[m.step, m.value] for m in client.get_metric_history(run.info.run_id, "training/loss")]] for run in runs]))
`

describe.skipIf(!python)('TensorBoard and MLflow', () => {
  let folder = ''
  let server: ChildProcess | undefined
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'quorate-readers-'))
  })
  afterAll(async () => {
    if (server?.pid !== undefined) process.kill(-server.pid, 'SIGKILL')
    await rm(folder, { recursive: true, force: true })
  })

  async function read(script: string, argument: string): Promise<unknown> {
    const path = join(folder, 'read.py')
    await writeFile(path, script)
    const { stdout } = await promisify(execFile)(python!, [path, argument])
    return JSON.parse(stdout)
  }

  const steps = [1, 2, 3]
  const tags = { task: '7', role: 'member' }

  it('TensorBoard reads the event files', async () => {
    const runs = join(folder, 'runs')
    const [tracker] = openTrackers({ tracking: { tensorboard: runs, experiment: 'wards' }, tags, logger: silentLogger })
    for (const step of steps) tracker!.log(step, { 'training/loss': 1 / 2 ** step }, 1_700_000_000 + step)
    await tracker!.close()
    expect(await read(TENSORBOARD, runs)).toEqual({
      'training/loss': steps.map((step) => [step, 1 / 2 ** step, 1_700_000_000 + step]),
    })
  }, 120_000)

  it('a tracking server of MLflow has the run', async () => {
    const port = await freePort()
    const store = ['--backend-store-uri', `sqlite:///${join(folder, 'mlflow.db')}`]
    server = spawn(join(dirname(python!), 'mlflow'), ['server', '--port', String(port), '--workers', '1', ...store], {
      cwd: folder,
      detached: true,
      stdio: 'ignore',
      env: { ...process.env, PATH: `${dirname(python!)}:${process.env['PATH'] ?? ''}` },
    })
    const address = `http://127.0.0.1:${port}`
    await expect
      .poll(
        async () =>
          fetch(`${address}/health`).then(
            ({ ok }) => ok,
            () => false,
          ),
        { timeout: 240_000 },
      )
      .toBe(true)
    const [tracker] = openTrackers({ tracking: { mlflow: address, experiment: 'wards' }, tags, logger: silentLogger })
    for (const step of steps) tracker!.log(step, { 'training/loss': 1 / 2 ** step, lost: Number.NaN }, 1_700_000_000 + step)
    await tracker!.close()
    expect(await read(MLFLOW, address)).toEqual([['task 7, member', 'FINISHED', '7', steps.map((step) => [step, 1 / 2 ** step])]])
  }, 300_000)
})

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((done) => probe.listen(0, '127.0.0.1', done))
  const { port } = probe.address() as AddressInfo
  await new Promise((done) => probe.close(done))
  return port
}
