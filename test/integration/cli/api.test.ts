import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { freePorts } from '../../../cli/demo/free-port.ts'
import { ApiClient } from '../../../src/api/client.ts'
import { createKeyFile, writeCoordinatorConfig, writeMemberConfig } from '../../../src/config/index.ts'
import { encodeSpec } from '../../../src/protocol/index.ts'
import { Programs } from '../../e2e/support/programs.ts'
import { smallTask } from '../../support/node/small-task.ts'

/** The programs find no chain: their start waits, and the API says so. */
let folder: string
let ports: number[]
const programs = new Programs(300_000)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quorate-api-cli-'))
  ports = await freePorts(4)
  const { spec, document, genesis } = smallTask()
  await writeFile(join(folder, 'spec.json'), encodeSpec(spec))
  await writeFile(join(folder, 'document.json'), document)
  await writeFile(join(folder, 'genesis.i32'), genesis)
  for (const name of ['operator.key', 'peer.key']) await createKeyFile(join(folder, name))
})

afterAll(async () => {
  await programs[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

it.each([
  ['coordinator', ['coordinator', 'run']],
  ['member', ['member', 'run']],
  ['watch', ['watch']],
] as const)('%s serves its API before its start is over', async (role, command) => {
  const port = ports.shift()!
  const config = {
    chain: { rpcUrl: 'http://127.0.0.1:1', chainId: 31337, ledger: `0x${'11'.repeat(20)}` },
    task: { id: 1 },
    keys: { operator: 'operator.key', peer: 'peer.key' },
    state: { folder: role },
    log: { file: `${role}.log` },
    api: { listen: `127.0.0.1:${port}` },
  }
  const path = join(folder, `${role}.toml`)
  if (role === 'coordinator')
    await writeCoordinatorConfig(path, {
      ...config,
      task: { ...config.task, spec: 'spec.json', document: 'document.json', genesis: 'genesis.i32' },
    })
  else await writeMemberConfig(path, { ...config, coordinator: { address: '127.0.0.1:1', ca: 'none.pem' } })
  programs.start(role, [...command, '--config', path])
  const api = new ApiClient({ url: `http://127.0.0.1:${port}` })
  await expect
    .poll(async () => (await api.get('node').catch(() => undefined))?.waits.at(0)?.reason, { timeout: 200_000 })
    .toContain('the chain')
  expect(await api.get('node')).toMatchObject({ role, task: '1', ready: false, account: null })
  await expect(api.get('rounds')).rejects.toThrow('API_STARTING')
})
