import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { isQuorateError } from '../../../src/core/index.ts'
import { readCoordinatorConfig, readMemberConfig, writeCoordinatorConfig, writeMemberConfig } from '../../../src/config/index.ts'
import type { CoordinatorConfigInput, MemberConfigInput } from '../../../src/config/index.ts'
import { BACKENDS } from '../../../src/config/member-config.ts'
import { GRAM_KERNELS, RESERVE_POLICIES } from '../../../src/config/sections.ts'
import { gramKernelNames } from '../../../src/engine/index.ts'
import { RESERVE_POLICIES as networkPolicies } from '../../../src/network/index.ts'
import { backendNames } from '../../../src/training/backends/backend.ts'

const folder = mkdtempSync(join(tmpdir(), 'quorate-config-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const ledger = '0x5FbDB2315678afecb367f032d93F642f64180aa3'
const common = {
  chain: { rpcUrl: 'http://127.0.0.1:8545', chainId: 31337, ledger },
  task: { id: 1 },
  keys: { operator: 'keys/operator.key', peer: '/elsewhere/peer.key' },
  state: { folder: 'state' },
}
const coordinator: CoordinatorConfigInput = {
  ...common,
  task: { id: 1, spec: 'spec.json', document: 'document.json', genesis: 'genesis.i32' },
}
const member: MemberConfigInput = { ...common, coordinator: { address: 'coordinator.example.org:7050', ca: 'coordinator.pem' } }

async function issuesOf(text: string): Promise<string[]> {
  const path = join(folder, 'broken.toml')
  writeFileSync(path, text)
  const error: unknown = await readMemberConfig(path).catch((caught: unknown) => caught)
  if (!isQuorateError(error, 'CONFIG_INVALID')) throw error
  expect(error.message.startsWith(`${path}: `)).toBe(true)
  expect(error.details['file']).toBe(path)
  return (error.details['issues'] as { path: string; message: string }[]).map((issue) => `${issue.path}: ${issue.message}`)
}

const valid = `
[chain]
rpcUrl = "http://127.0.0.1:8545"
chainId = 31337
ledger = "${ledger}"
[task]
id = 1
[keys]
operator = "o"
peer = "p"
[state]
folder = "d"
[coordinator]
address = "localhost:7050"
ca = "ca.pem"
`

test('a coordinator reads what was written, with defaults and absolute paths', async () => {
  const path = join(folder, 'coordinator.toml')
  await writeCoordinatorConfig(path, coordinator)
  expect(await readCoordinatorConfig(path)).toEqual({
    chain: { rpcUrl: 'http://127.0.0.1:8545', chainId: 31337, ledger, fromBlock: 0n },
    task: {
      id: 1n,
      spec: join(folder, 'spec.json'),
      document: join(folder, 'document.json'),
      genesis: join(folder, 'genesis.i32'),
    },
    keys: { operator: join(folder, 'keys/operator.key'), peer: '/elsewhere/peer.key' },
    state: { folder: join(folder, 'state'), keepRounds: 'all' },
    p2p: { listen: ['/ip4/127.0.0.1/tcp/0'], reserve: 'auto', relay: true },
    grpc: { listen: '127.0.0.1:0', hosts: [] },
    engine: { gram: 'wasm' },
    log: { level: 'info' },
    metrics: {},
    api: { origins: [], rpcUrls: [], dashboard: true },
  })
})

test('a member reads every field', async () => {
  const path = join(folder, 'nested/deeper/member.toml')
  const partition = { kind: 'dirichlet', alpha: 0.5, seed: 1, members: 8, index: 7 } as const
  await writeMemberConfig(path, {
    ...member,
    keys: { ...common.keys, owner: '../owner.key' },
    p2p: { listen: ['/ip4/0.0.0.0/tcp/4001', '/ip6/::1/tcp/4001'], announce: ['/dns4/member.example.org/tcp/4001'] },
    log: { level: 'debug', file: 'member.log' },
    metrics: { listen: '[::1]:9090' },
    api: { listen: '0.0.0.0:8080', token: '../api.token', origins: ['https://board.example.org'], dashboard: false },
    engine: { gram: 'webgpu' },
    training: { backend: 'wasm', dataset: 'mnist', datasetDir: 'mnist', partition },
  })
  const config = await readMemberConfig(path)
  expect(config).toMatchObject({
    keys: { owner: join(folder, 'nested/owner.key') },
    coordinator: [{ address: 'coordinator.example.org:7050', ca: join(folder, 'nested/deeper/coordinator.pem') }],
    p2p: { announce: ['/dns4/member.example.org/tcp/4001'] },
    log: { level: 'debug', file: join(folder, 'nested/deeper/member.log') },
    metrics: { listen: '[::1]:9090' },
    api: { token: join(folder, 'nested/api.token'), origins: ['https://board.example.org'], dashboard: false },
    engine: { gram: 'webgpu' },
    training: { backend: 'wasm', datasetDir: join(folder, 'nested/deeper/mnist'), partition },
  })
})

test('a node listens for other machines unless its whole consortium is on this one', async () => {
  const path = join(folder, 'listen.toml')
  const listensWith = async (config: MemberConfigInput): Promise<readonly string[]> => {
    await writeMemberConfig(path, config)
    return (await readMemberConfig(path)).p2p.listen
  }
  const at = (address: string) => ({ address, ca: 'ca.pem' })
  expect(await listensWith(member)).toEqual(['/ip4/0.0.0.0/tcp/4001'])
  expect(await listensWith({ ...member, coordinator: at('127.0.0.1:7050') })).toEqual(['/ip4/127.0.0.1/tcp/0'])
  expect(await listensWith({ ...member, coordinator: [at('[::1]:7050'), at('localhost:7051')] })).toEqual([
    '/ip4/127.0.0.1/tcp/0',
  ])
  expect(await listensWith({ ...member, coordinator: [at('localhost:7050'), at('10.0.0.7:7050')] })).toEqual([
    '/ip4/0.0.0.0/tcp/4001',
  ])
  expect(await listensWith({ ...member, p2p: { listen: [] } })).toEqual([])
  const file = join(folder, 'listen-coordinator.toml')
  await writeCoordinatorConfig(file, { ...coordinator, grpc: { listen: '0.0.0.0:7050' } })
  expect((await readCoordinatorConfig(file)).p2p.listen).toEqual(['/ip4/0.0.0.0/tcp/4001'])
})

test('a member may know several coordinators', async () => {
  const path = join(folder, 'several.toml')
  const coordinators = ['first:1', 'second:2'].map((address) => ({ address, ca: 'ca.pem' }))
  await writeMemberConfig(path, { ...member, coordinator: coordinators })
  expect((await readMemberConfig(path)).coordinator.map(({ address }) => address)).toEqual(['first:1', 'second:2'])
  const written = readFileSync(path, 'utf8')
  expect(await issuesOf(written.replace('second:2', 'second'))).toEqual([
    'coordinator.1.address: expected host:port, for example "127.0.0.1:7050"',
  ])
})

test('a program that trains runs in the folder of the file', async () => {
  const path = join(folder, 'own/member.toml')
  await writeMemberConfig(path, { ...member, training: { trainer: 'python train.py', trainerMemoryMiB: 4096 } })
  expect((await readMemberConfig(path)).training).toMatchObject({
    trainer: { command: 'python train.py', folder: join(folder, 'own') },
    trainerMemoryMiB: 4096,
  })
})

test('fields left undefined are not written', async () => {
  const path = join(folder, 'sparse.toml')
  await writeMemberConfig(path, {
    ...member,
    training: { backend: 'cpu', datasetDir: undefined, partition: undefined },
    metrics: undefined,
  })
  expect((await readMemberConfig(path)).training).toEqual({
    backend: 'cpu',
    evaluate: false,
    shareEvaluation: false,
    ownProcess: true,
  })
})

test('what could not be read back is not written', async () => {
  const path = join(folder, 'never.toml')
  const invalid = expect.objectContaining({ code: 'CONFIG_INVALID' })
  await expect(writeCoordinatorConfig(path, { ...coordinator, grpc: { listen: 'nowhere' } })).rejects.toThrow(invalid)
  await expect(readCoordinatorConfig(path)).rejects.toThrow(
    expect.objectContaining({ code: 'CONFIG_NOT_FOUND', details: { file: path } }),
  )
})

test('an unreadable file and a folder are CONFIG_NOT_FOUND', async () => {
  await expect(readMemberConfig(folder)).rejects.toThrow(expect.objectContaining({ code: 'CONFIG_NOT_FOUND' }))
})

test('broken TOML names line and column', async () => {
  expect(await issuesOf('[chain]\nrpcUrl = \n')).toEqual([expect.stringMatching(/^: line 2, column \d+: /)])
})

test('every wrong field is named with what was expected', async () => {
  const wrong = valid
    .replace('"http://127.0.0.1:8545"', '"ftp://chain"')
    .replace('chainId = 31337', 'chainId = "31337"')
    .replace(ledger, ledger.replace('5FbD', '5fBd'))
    .replace('id = 1', 'id = 1.5')
    .replace('peer = "p"\n', '')
    .replace('localhost:7050', 'localhost')
  expect(await issuesOf(wrong)).toEqual([
    'chain.rpcUrl: expected a URL that begins with http:, https:, ws: or wss:',
    'chain.chainId: expected number, received string',
    'chain.ledger: expected a 20-byte address, 0x…',
    'task.id: expected a whole number',
    'keys.peer: is missing (string)',
    'coordinator.address: expected host:port, for example "127.0.0.1:7050"',
  ])
})

test('several RPC URLs are a list, each named once', async () => {
  const listed = (list: string) => valid.replace('"http://127.0.0.1:8545"', list)
  const path = join(folder, 'several.toml')
  writeFileSync(path, listed('["https://a.example/key", "wss://b.example"]'))
  expect((await readMemberConfig(path)).chain.rpcUrl).toEqual(['https://a.example/key', 'wss://b.example'])
  expect(await issuesOf(listed('["https://a.example", "https://a.example"]'))).toEqual(['chain.rpcUrl: expected every URL once'])
  expect(await issuesOf(listed('[]'))).toEqual(['chain.rpcUrl: expected at least one URL'])
  expect(await issuesOf(listed('["https://a.example", "ftp://b"]'))).toEqual([
    'chain.rpcUrl.1: expected a URL that begins with http:, https:, ws: or wss:',
  ])
})

test('unknown fields are refused wherever they are', async () => {
  expect(await issuesOf(`${valid}cert = "x"\n[grpc]\nlisten = "a:1"\n`)).toEqual([
    'coordinator.cert: this field does not exist; remove it or correct its name',
    'grpc: this field does not exist; remove it or correct its name',
  ])
})

test('the old name of [state] is refused, with the new one and the line', async () => {
  expect(await issuesOf(valid.replace('[state]', '[data]'))).toEqual([
    'data: this section is called [state] now, because it is the own state of the node and not your data: rename it',
  ])
  const path = join(folder, 'old.toml')
  writeFileSync(path, valid.replace('[state]', '[data]'))
  await expect(readMemberConfig(path)).rejects.toThrow(/line 11: data: this section is called \[state\] now/)
})

test('an empty file lists the sections that are missing', async () => {
  expect(await issuesOf('')).toEqual(
    ['chain', 'task', 'keys', 'state', 'coordinator'].map((section) => `${section}: is missing (object)`),
  )
})

test.each([
  ['datset = "mnist"', 'training.datset: this field does not exist; remove it or correct its name'],
  ['attack = "sign-flip"', 'training.attack: this field does not exist; remove it or correct its name'],
  ['trainer = ""', 'training.trainer: expected a command'],
  ['trainerMemoryMiB = 1', 'training.trainerMemoryMiB: too small: expected number to be >=64'],
  ['backend = "gpu"', 'training.backend: expected one of "auto"|"tfjs-node-gpu"|"webgpu"|"tfjs-node"|"wasm"|"cpu"'],
  [
    'partition = { kind = "shards", shards = 2, seed = 1, members = 4, index = 4 }',
    'training.partition.index: expected a number below members; a partition takes a share of a public data set, for demonstrations; leave it out to train on your own data',
  ],
  [
    'partition = { kind = "dirichlet", alpha = 0, seed = 1, members = 4, index = 0 }',
    'training.partition.alpha: too small: expected number to be >=0.01',
  ],
  ['partition = { kind = "indices", file = "" }', 'training.partition.file: expected a path'],
])('[training] %s', async (line, issue) => {
  expect(await issuesOf(`${valid}[training]\n${line}\n`)).toEqual([issue])
})

test('addresses and ports at their limits', async () => {
  const withListen = (listen: string) => `${valid}[metrics]\nlisten = "${listen}"\n`
  for (const listen of ['127.0.0.1:65536', ':80', 'host', 'host:', 'http://host:80', '::1:80', 'a b:80']) {
    expect(await issuesOf(withListen(listen))).toEqual(['metrics.listen: expected host:port, for example "127.0.0.1:7050"'])
  }
  for (const listen of ['127.0.0.1:0', 'host.example:65535', '[::1]:80']) {
    writeFileSync(join(folder, 'good.toml'), withListen(listen))
    expect((await readMemberConfig(join(folder, 'good.toml'))).metrics.listen).toBe(listen)
  }
})

test('the API asks for a token wherever others than this machine reach it', async () => {
  const withApi = (lines: string) => `${valid}[api]\n${lines}\n`
  for (const listen of ['0.0.0.0:8080', '[::]:8080', 'node.example.org:8080', '192.168.1.7:8080']) {
    expect(await issuesOf(withApi(`listen = "${listen}"`))).toEqual([
      'api.token: expected a file with a token, because others than this machine reach the address in listen',
    ])
    writeFileSync(join(folder, 'api.toml'), withApi(`listen = "${listen}"\ntoken = "api.token"`))
    expect((await readMemberConfig(join(folder, 'api.toml'))).api.token).toBe(join(folder, 'api.token'))
  }
  for (const listen of ['127.0.0.1:8080', 'localhost:8080', '[::1]:8080']) {
    writeFileSync(join(folder, 'api.toml'), withApi(`listen = "${listen}"`))
    expect((await readMemberConfig(join(folder, 'api.toml'))).api.listen).toBe(listen)
  }
  expect(await issuesOf(withApi('origins = ["https://board.example.org/"]'))).toEqual([
    'api.origins.0: expected an origin, for example "https://board.example.org"',
  ])
})

test('the back ends are those of the trainer, the Gram kernels those of the engine', () => {
  expect([...BACKENDS].sort()).toEqual(['auto', ...backendNames].sort())
  expect([...GRAM_KERNELS].sort()).toEqual([...gramKernelNames].sort())
})

test('lists the ways to take places at relays that the network has', () => {
  expect(RESERVE_POLICIES).toEqual(networkPolicies)
})

test('[privacy] is off by default, and a wrong field is named with its line and what to write', async () => {
  const path = join(folder, 'private.toml')
  const privacy = { epsilon: 8, delta: 1e-5, clip: 1, noise: 1.1 }
  await writeMemberConfig(path, { ...member, privacy })
  expect((await readMemberConfig(path)).privacy).toEqual({ ...privacy, shareSpending: true })
  await writeMemberConfig(path, member)
  expect((await readMemberConfig(path)).privacy).toBeUndefined()
  writeFileSync(path, `${valid}[privacy]\nepsilon = 0\ndelta = 0.5\nclip = 1\nnoise = 0.1\nbatch = 0\n`)
  await expect(readMemberConfig(path)).rejects.toThrow(
    /line 17: privacy\.epsilon: expected a number above 0.*line 18: privacy\.delta: expected at most 0\.01.*line 20: privacy\.noise: expected at least 0\.3.*line 21: privacy\.batch: expected at least 1/,
  )
  expect(await issuesOf(`${valid}[privacy]\nepsilon = 8\ndelta = 0.00001\nclip = 1\n`)).toEqual([
    expect.stringMatching(/^privacy\.noise: is missing/),
  ])
  const shared = '[training]\nshareEvaluation = true\n[privacy]\nepsilon = 8\ndelta = 0.00001\nclip = 1\nnoise = 1\n'
  expect(await issuesOf(valid + shared)).toEqual([expect.stringMatching(/^training\.shareEvaluation: tells others .* remove it/)])
})
