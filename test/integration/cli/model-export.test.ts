import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runQuorate } from '../../support/cli/run-quorate.ts'
import type { CommandRun } from '../../support/cli/run-quorate.ts'
import { MlflowServer } from '../../support/mlflow-server.ts'
import { readEventFile } from '../../support/read-event-file.ts'
import { crowdWorld, playRound, WINDOWS } from '../../support/node/crowd-rounds.ts'
import type { CrowdWorld } from '../../support/node/crowd-rounds.ts'
import { LENGTH } from '../../support/node/small-task.ts'

let world: CrowdWorld
let folder: string

beforeAll(async () => {
  world = await crowdWorld({ count: 8, committee: 80 })
  folder = await mkdtemp(join(tmpdir(), 'quorate-model-export-'))
  await playRound(world)
})
afterAll(async () => {
  await world[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

async function exported(model: string, ...args: string[]): Promise<CommandRun> {
  const { on, task } = world
  const chain = ['--rpc', on.anvil.rpcUrl, '--ledger', on.contracts.ledger]
  return runQuorate('model', 'export', String(task), model, ...chain, ...args)
}

it('writes the model of a round or a root from the data of a node, and from its evidence, bit for bit the same', async () => {
  const { operator, small } = world
  const root = operator.history.claim(1n)!.claim.modelRoot
  const [byRound, byRoot] = [join(folder, 'round.safetensors'), join(folder, 'root.safetensors')]
  const data = await exported('1', '--format', 'safetensors', '--out', byRound, '--state', operator.folder)
  expect(data.last).toMatchObject({ event: 'exported', ok: true, round: '1', modelRoot: root, final: false, parameters: LENGTH })
  const evidence = ['--evidence', join(operator.folder, 'evidence')]
  expect(await exported(root, '--format', 'safetensors', '--out', byRoot, ...evidence)).toMatchObject({ code: 0 })
  const bytes = await readFile(byRound)
  expect(bytes.equals(await readFile(byRoot))).toBe(true)
  const length = Number(bytes.readBigUInt64LE())
  const head = JSON.parse(bytes.toString('utf8', 8, 8 + length))
  expect(head['__metadata__']).toMatchObject({ round: '1', modelRoot: root, task: String(world.task) })
  const state = await operator.stores.states.load(operator.history.claim(1n)!.claimHash)
  const values = new Float32Array(bytes.buffer.slice(bytes.byteOffset + 8 + length))
  expect([...values]).toEqual([...state!.model.subarray(0, LENGTH)].map((value) => Math.fround(value * 2 ** -20)))
  expect(small.spec.tensors[0]!.modelExponent).toBe(-20)
})

it('writes genesis, too', async () => {
  const out = join(folder, 'genesis.safetensors')
  const run = await exported('0', '--format', 'state_dict', '--out', out, '--state', world.operator.folder)
  expect(run.last).toMatchObject({ ok: true, round: '0', modelRoot: world.small.spec.genesisModelRoot, final: true })
})

it('writes nothing of a model whose bytes were changed', async () => {
  const { operator } = world
  const { claimHash } = operator.history.claim(1n)!
  const path = join(operator.folder, 'states', claimHash, 'model.i32')
  const bytes = await readFile(path)
  bytes[100]! ^= 1
  await writeFile(path, bytes)
  const out = join(folder, 'changed.safetensors')
  const run = await exported('1', '--format', 'safetensors', '--out', out, '--state', operator.folder)
  expect(run.last).toMatchObject({ ok: false, code: 'MODEL_NOT_FOUND' })
  bytes[100]! ^= 1
  await writeFile(path, bytes)
  expect(await readdir(folder)).not.toContain('changed.safetensors')
})

it('writes the rounds of a task for TensorBoard and MLflow from evidence', async () => {
  const { on, task, operator } = world
  await using server = await MlflowServer.start()
  const chain = ['--rpc', on.anvil.rpcUrl, '--ledger', on.contracts.ledger, '--task', String(task)]
  const to = ['--tensorboard', join(folder, 'runs'), '--mlflow', server.address, '--experiment', 'small']
  const run = await runQuorate('task', 'export-run', ...chain, '--evidence', join(operator.folder, 'evidence'), ...to)
  expect(run.last).toMatchObject({ event: 'runExported', ok: true, rounds: 1 })
  const [name] = await readdir(join(folder, 'runs'))
  const { values } = readEventFile(await readFile(join(folder, 'runs', name!)))
  const sealed = operator.history.claim(1n)!.claim.members
  const of = (tag: string): number => values.find((value) => value.tag === tag && value.step === 1)!.value
  expect(of('round/sealed')).toBe(sealed)
  expect(of('updates/accepted') + of('updates/downweighted') + of('updates/rejected')).toBeLessThanOrEqual(sealed)
  expect(of('round/seconds')).toBeGreaterThan(WINDOWS.commit)
  // 0.5 tokens for the round.
  expect(of('rewards/total')).toBeCloseTo(0.5, 5)
  const [tracked] = server.runs.values()
  expect(tracked).toMatchObject({ status: 'FINISHED', tags: { task: String(task), role: 'replay' } })
  expect(tracked!.metrics.find(({ key }) => key === 'round/sealed')).toMatchObject({ value: sealed, step: 1 })
})

it('says what does not fit together', async () => {
  const from = ['--state', world.operator.folder]
  const out = ['--out', join(folder, 'no')]
  for (const [code, model, format, ...more] of [
    ['EXPORT_UNSUPPORTED', '1', 'onnx', ...from],
    ['MODEL_NOT_FOUND', '7', 'safetensors', ...from],
    ['USAGE', 'newest', 'safetensors', ...from],
    ['USAGE', '1', 'safetensors'],
    ['USAGE', '1', 'hdf5', ...from],
    // The former name of --state.
    ['USAGE', '1', 'safetensors', '--data', world.operator.folder],
    ['FLAG_INVALID', '1', 'safetensors', ...from, '--out', folder],
  ] as [string, string, string, ...string[]][])
    expect((await exported(model, '--format', format, ...out, ...more)).last).toMatchObject({ ok: false, code })
})
