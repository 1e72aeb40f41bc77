import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import { totalmem } from 'node:os'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generate } from 'selfsigned'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { freePorts } from '../../../cli/demo/free-port.ts'
import { checkDisk } from '../../../cli/doctor/disk.ts'
import { examine } from '../../../cli/doctor/examine.ts'
import type { DoctorFinding } from '../../../cli/doctor/finding.ts'
import { checkAsked } from '../../../cli/doctor/gpu.ts'
import { checkMemory, checkNative, checkNode } from '../../../cli/doctor/machine.ts'
import { checkOperators } from '../../../cli/doctor/operators.ts'
import { checkPeers } from '../../../cli/doctor/peers.ts'
import { checkAddresses } from '../../../cli/doctor/ports.ts'
import { checkRpc } from '../../../cli/doctor/rpc.ts'

import { checkPrivacy } from '../../../cli/doctor/privacy.ts'
import { checkData } from '../../../cli/doctor/task.ts'
import { describeTask } from '../../../coordinator/actions/create-task.ts'
import type { Coordinator } from '../../../coordinator/app.ts'
import { leaveTask, readVault, releaseStake, startAnvil } from '../../../src/chain/index.ts'
import { createKeyFile, readNodeConfig, writeCoordinatorConfig, writeMemberConfig } from '../../../src/config/index.ts'
import type { CoordinatorConfigInput, MemberConfig, MemberConfigInput } from '../../../src/config/index.ts'
import { systemClock } from '../../../src/core/index.ts'
import { draftSchema } from '../../../src/data/index.ts'
import { peerKeyFromSeed } from '../../../src/network/index.ts'
import { peerPrivateKey } from '../../../src/network/peer-key.ts'
import { sealPeerRecord } from '../../../src/network/peer-record.ts'
import { fromHex } from '../../../src/protocol/index.ts'
import { openJournal } from '../../../src/storage/index.ts'
import { otherRules } from '../../support/chain/other-rules.ts'
import { startRpcProxy } from '../../support/chain/rpc-proxy.ts'
import type { RpcFault } from '../../support/chain/rpc-proxy.ts'
import { patients } from '../../support/cli/patients.ts'
import { StartChain, Started } from '../../support/node/start-chain.ts'
import { Harness } from '../rpc/harness.ts'

const { signal } = new AbortController()
let world: StartChain
let operator: Coordinator
let folder: string
let count = 0

beforeAll(async () => {
  world = await StartChain.make()
  operator = await world.coordinator(new Started())
  folder = await mkdtemp(join(tmpdir(), 'quorate-faults-'))
})
afterAll(async () => {
  await operator?.[Symbol.asyncDispose]()
  await world?.[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

/** The files of a sound member in a new folder, with changes to its configuration. */
async function member(changes: Partial<MemberConfigInput> = {}): Promise<string> {
  const home = join(folder, `member-${count++}`)
  await mkdir(home)
  await createKeyFile(join(home, 'operator.key'), world.on.hot(2).privateKey)
  await createKeyFile(join(home, 'peer.key'), world.seedOf(2))
  await writeMemberConfig(join(home, 'member.toml'), {
    chain: chainOf(),
    task: { id: Number(world.task) },
    keys: { operator: 'operator.key', peer: 'peer.key' },
    state: { folder: 'state' },
    coordinator: { address: operator.address, ca: operator.certificatePath },
    ...changes,
  })
  return home
}

const chainOf = (rpcUrl: string | string[] = world.on.anvil.rpcUrl): MemberConfigInput['chain'] => ({
  rpcUrl,
  chainId: world.on.chain.chainId,
  ledger: world.on.contracts.ledger,
})

async function examined(home: string, file = 'member.toml'): Promise<DoctorFinding[]> {
  const findings: DoctorFinding[] = []
  for await (const some of examine(await readNodeConfig(join(home, file)), signal)) findings.push(...some)
  return findings
}

/** Exactly these faults, each with a way to mend it. */
function expectFaults(findings: readonly DoctorFinding[], ...names: (string | RegExp)[]): DoctorFinding[] {
  const faults = findings.filter(({ state }) => state === 'fault')
  expect(faults.map(({ name }) => name)).toEqual(names.map((name) => expect.stringMatching(name) as string))
  for (const { advice } of faults) expect(advice).toBeTruthy()
  return faults
}

async function listening(host = '127.0.0.1'): Promise<{ server: Server; port: number }> {
  const server = createServer((socket) => socket.destroy())
  server.listen(0, host)
  await once(server, 'listening')
  return { server, port: (server.address() as AddressInfo).port }
}

it('has no false alarm on a sound member, nor on one that runs', async () => {
  const home = await member()
  const findings = await examined(home)
  expectFaults(findings)
  for (const name of ['disk', 'state folder', 'key operator', 'contracts', 'gas', 'stake', 'task files', 'addresses', 'memory'])
    expect(findings, name).toContainEqual(expect.objectContaining({ name, state: expect.stringMatching('ok|note') as string }))
  await mkdir(join(home, 'state'))
  const running = openJournal(join(home, 'state'))
  expectFaults(await examined(home))
  running.close()
})

it('has no false alarm on a sound operator', async () => {
  const findings = await examined(await operatorHome(), 'coordinator.toml')
  expectFaults(findings)
  expect(findings.find(({ name }) => name === 'addresses')!.found).toContain('relays between members')
})

async function operatorHome(changes: Partial<CoordinatorConfigInput['task']> = {}): Promise<string> {
  const home = join(folder, `operator-${count++}`)
  await mkdir(home)
  await createKeyFile(join(home, 'operator.key'), world.on.hot(1).privateKey)
  await createKeyFile(join(home, 'peer.key'), world.seedOf(1))
  const at = (name: string): string => join(world.folder, name)
  await writeCoordinatorConfig(join(home, 'coordinator.toml'), {
    chain: chainOf(),
    task: {
      id: Number(world.task),
      spec: at('spec.json'),
      document: at('document.json'),
      genesis: at('genesis.i32'),
      ...changes,
    },
    keys: { operator: 'operator.key', peer: 'peer.key' },
    state: { folder: 'state' },
  })
  return home
}

it('1: a Node that is too old', () => {
  expectFaults([checkNode('v20.19.0'), checkNode(process.version)], 'node')
})

it('2: packages without their native parts', () => {
  const elsewhere = createRequire(join(folder, 'nothing/here.js'))
  const [{ found }] = expectFaults([checkNative((name) => void elsewhere(name))], 'packages') as [DoctorFinding]
  expect(found).toContain('sharp cannot be loaded (data in images)')
})

it('3: less memory than the task takes', () => {
  expectFaults([checkMemory(totalmem() / 8), checkMemory(1000)], 'memory')
})

it('4: a disk that is nearly full', () => {
  const small = join(folder, 'small')
  const doctor = new URL('../../../cli/doctor/disk.ts', import.meta.url).pathname
  const script = `import(${JSON.stringify(doctor)}).then(async (m) => console.log(JSON.stringify(await m.checkDisk(process.argv[1]))))`
  const run = (command: string) => {
    const mounted = `mkdir -p ${small} && mount -t tmpfs -o size=4m tmpfs ${small} && ${command}`
    return spawnSync('unshare', ['--mount', '--user', '--map-root-user', 'sh', '-c', mounted], { encoding: 'utf8' })
  }
  if (run('true').status !== 0) return console.warn('skipped: a small disk needs `unshare` and tmpfs')
  expectFaults(JSON.parse(run(`${process.execPath} -e '${script}' ${small}/state`).stdout) as DoctorFinding[], 'disk')
})

it('5: a state folder that cannot be written', async () => {
  await writeFile(join(folder, 'file'), '')
  expectFaults(await checkDisk(join(folder, 'file/state')), 'state folder')
})

it('6: a key that others may read', async () => {
  const home = await member()
  await chmod(join(home, 'operator.key'), 0o644)
  const [{ found, advice }] = expectFaults(await examined(home), 'key operator') as [DoctorFinding]
  expect(found).toContain('is readable by everybody on this machine')
  expect(advice).toContain('chmod 600')
})

it('7: a key that is missing', async () => {
  const home = await member()
  await rm(join(home, 'peer.key'))
  const [{ advice }] = expectFaults(await examined(home), 'key peer') as [DoctorFinding]
  expect(advice).toContain('member keygen')
})

it('8: a port that another program has', async () => {
  const { server, port } = await listening()
  expectFaults(await examined(await member({ p2p: { listen: [`/ip4/127.0.0.1/tcp/${port}`] } })), `port ${port}`)
  server.close()
})

it('9: a node that listens on loopback and announces itself to others', async () => {
  const p2p = { listen: ['/ip4/127.0.0.1/tcp/0'], announce: ['/ip4/203.0.113.7/tcp/4001'] }
  const [{ advice }] = expectFaults(await examined(await member({ p2p })), 'addresses') as [DoctorFinding]
  expect(advice).toContain('0.0.0.0')
  const away = { local: false, running: false }
  const [{ listen }, reserve] = [p2p, 'never' as const]
  expectFaults(await checkAddresses({ role: 'member', p2p: { listen, reserve } }, away), 'addresses')
  expectFaults(await checkAddresses({ role: 'operator', p2p: { listen, reserve: 'auto' } }, away), 'addresses')
  // A member takes part through a relay, and hears what it could do better.
  for (const at of [listen, []]) {
    const [found] = await checkAddresses({ role: 'member', p2p: { listen: at, reserve: 'auto' } }, away)
    expect(found).toMatchObject({ state: 'note', found: expect.stringContaining('through a relay') as string })
  }
})

it('10: an announced address that leads nowhere, or to another program', async () => {
  const [mine, closed] = await freePorts(2)
  const { server, port } = await listening()
  const announce = (to: number) => ({
    listen: [`/ip4/0.0.0.0/tcp/${mine}`],
    announce: [`/ip4/127.0.0.1/tcp/${to}`],
    reserve: 'auto' as const,
  })
  const check = async (to: number) => checkAddresses({ role: 'member', p2p: announce(to) }, { local: true, running: false })
  expectFaults(await check(closed!), /^announced/)
  expect(expectFaults(await check(port), /^announced/)[0]!.found).toContain('another program')
  expectFaults(await check(mine!))
  server.close()
})

it('11: a chain node that does not answer', async () => {
  const [closed] = await freePorts(1)
  expectFaults(await checkRpc(`http://127.0.0.1:${closed}`, { chainId: 1, signal }), /^chain http/)
})

it('12: a chain node of another chain', async () => {
  const home = await member({ chain: { ...chainOf(), chainId: 5 } })
  expect(expectFaults(await examined(home), /^chain http/)[0]!.found).toContain('serves chain 31337')
})

it('13 and 14: a chain node that refuses batches, or ranges of events', async () => {
  const refuse: RpcFault = ({ batch, calls }) => {
    if (batch) return { status: 413, body: 'batch too large' }
    if (calls[0]?.method !== 'eth_getLogs') return undefined
    return { body: { jsonrpc: '2.0', id: calls[0].id, error: { code: -32_005, message: 'at most 100 blocks' } } }
  }
  await using proxy = await startRpcProxy(world.on.anvil.rpcUrl, refuse)
  const findings = await checkRpc(proxy.url, { chainId: 31_337, signal })
  const of = (name: RegExp) => findings.find((one) => name.test(one.name))
  expect(of(/batches$/)).toMatchObject({ state: 'note', found: 'answers 0 of 20 calls in a batch' })
  expect(of(/events$/)).toMatchObject({ state: 'note', found: expect.stringContaining('at most 100 blocks') as string })
  const sound = await checkRpc(world.on.anvil.rpcUrl, { chainId: 31_337, signal })
  expect(sound.filter(({ name }) => /batches|events/.test(name))).toEqual([])
})

it('15 and 16: a chain node behind the others, and a clock behind the chain', async () => {
  await using ahead = await anvilAhead(5000)
  const findings = await checkRpc([world.on.anvil.rpcUrl, ahead.rpcUrl], { chainId: 31_337, signal })
  expectFaults(findings, /lag$/, 'chain time')
})

async function anvilAhead(seconds: number): Promise<AsyncDisposable & { rpcUrl: string }> {
  const anvil = await startAnvil()
  const call = async (method: string, params: unknown[]): Promise<unknown> =>
    fetch(anvil.rpcUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    })
  // Other tests have moved the time of their chain.
  const { timestamp } = await world.on.chain.publicClient.getBlock()
  await call('evm_setNextBlockTimestamp', [Math.max(Number(timestamp), Date.now() / 1000) + seconds].map(Math.ceil))
  await call('evm_mine', [])
  return { rpcUrl: anvil.rpcUrl, [Symbol.asyncDispose]: async () => anvil.stop() }
}

it('17: a ledger address without code', async () => {
  const home = await member({ chain: { ...chainOf(), ledger: `0x${'12'.repeat(20)}` } })
  expectFaults(await examined(home), 'contracts')
})

it('18: an operator key that nobody registered, and another peer key than on chain', async () => {
  const home = await member()
  await rm(join(home, 'operator.key'))
  await createKeyFile(join(home, 'operator.key'), world.on.hot(7).privateKey)
  expectFaults(await examined(home), 'registered keys')
  const other = await member()
  await rm(join(other, 'peer.key'))
  await createKeyFile(join(other, 'peer.key'))
  expectFaults(await examined(other), 'registered keys')
})

it('19: no funds for gas', async () => {
  const { address } = world.on.hot(2)
  const balance = await world.on.chain.publicClient.getBalance({ address })
  await world.on.test.setBalance({ address, value: 0n })
  expect(expectFaults(await examined(await member()), 'gas')[0]!.advice).toContain('--gas')
  await world.on.test.setBalance({ address, value: balance })
})

it('20: an operator with another certificate, or one that is expired, or that is not there', async () => {
  await using harness = await Harness.start()
  const at = async (ca: string, address = harness.server.address) => {
    const path = join(folder, `ca-${count++}.pem`)
    await writeFile(path, ca)
    return (await checkOperators([{ address, ca: path }], { signal, clock: { now: () => harness.now } })).findings
  }
  expectFaults(await at(harness.tls.certificate))
  const ec = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256' } as const
  const stranger = await generate(undefined, ec)
  expect(expectFaults(await at(stranger.cert), /^operator/)[0]!.found).toContain('is not the one that this node knows')
  const expired = await generate(undefined, {
    ...ec,
    notBeforeDate: new Date('2020-01-01'),
    notAfterDate: new Date('2021-01-01'),
  })
  await harness.server.stop()
  expect(expectFaults(await at(stranger.cert), /^operator/)[0]!.found).toContain('nothing listens on its port')
  harness.tls = { ...harness.tls, certificate: expired.cert, privateKey: expired.private }
  await harness.listen('127.0.0.1:0')
  expect(expectFaults(await at(expired.cert), /^operator/)[0]!.found).toContain('has expired')
})

it("21: a clock that is hours from an operator's", async () => {
  const operators = [{ address: operator.address, ca: operator.certificatePath }]
  const clock = { now: () => systemClock.now() + 3 * 3600 }
  const { findings } = await checkOperators(operators, { signal, clock })
  expect(expectFaults(findings, /^clock of/)[0]!.found).toMatch(/is 1080\d s ahead of the operator's/)
})

it('22: a document that is not the one of the specification, and a specification that is not the one of the chain', async () => {
  const document = join(folder, 'other-document.json')
  await writeFile(document, '{}')
  expectFaults(await examined(await operatorHome({ document }), 'coordinator.toml'), 'task files')
  const { specPath } = await world.otherTask()
  const [{ found }] = expectFaults(await examined(await operatorHome({ spec: specPath }), 'coordinator.toml'), 'task files') as [
    DoctorFinding,
  ]
  expect(found).toContain('is not the one that the chain names')
})

it('23: data that does not fit the schema', async () => {
  const [good, bad] = [join(folder, 'good.csv'), join(folder, 'bad.csv')]
  await writeFile(good, patients('good'))
  await writeFile(bad, patients('bad').replaceAll('yes', 'maybe'))
  const { schema } = await draftSchema(good, { target: 'readmitted' })
  const document = JSON.stringify({
    name: 'patients',
    tensors: [{ name: 'w', shape: [1] }],
    genesis: `0x${'00'.repeat(32)}`,
    training: { data: schema },
  })
  const check = async (datasetDir: string) => {
    const subject = await readNodeConfig(join(await member({ training: { datasetDir } }), 'member.toml'))
    return (await checkData(subject as Extract<typeof subject, { role: 'member' }>, document, signal)).findings
  }
  expectFaults(await check(good))
  expect(expectFaults(await check(bad), 'data')[0]!.found).toContain('maybe')
})

it('24: a back end that the configuration asks for and the machine lacks', async () => {
  const subject = await readNodeConfig(join(await member({ training: { backend: 'tfjs-node-gpu' } }), 'member.toml'))
  const probed = [{ name: 'tfjs-node-gpu' as const, starts: false, detail: 'the package is not installed' }]
  expect(expectFaults(await checkAsked(subject, probed), /tfjs-node-gpu/)[0]!.advice).toContain('backend = "auto"')
})

it('25 and 26: peers that cannot be dialled, and another node with the same key', async () => {
  const { server, port } = await listening()
  const [closed] = await freePorts(1)
  const record = async (index: number, at: number) =>
    sealPeerRecord(await peerPrivateKey(fromHex(world.seedOf(index))), [`/ip4/127.0.0.1/tcp/${at}`], 1n)
  const seed = world.seedOf(2)
  const check = async (records: Uint8Array[], running = false) => checkPeers({ records, seed, running })
  expectFaults(await check([await record(1, port)]))
  expectFaults(await check([await record(1, closed!), await record(3, closed!)]), 'peers')
  expect(await peerKeyFromSeed(fromHex(seed))).toBeTruthy()
  const twin = [await record(1, port), await record(2, port)]
  expectFaults(await check(twin), 'another node with this key')
  expectFaults(await check(twin, true))
  server.close()
})

it('29: a privacy budget that ends before the task, a δ that is too large, and a ledger that cannot be read', async () => {
  const { spec, documentJson: document } = describeTask({
    model: 'mlp',
    seed: 1,
    rule: 'mean',
    byzantineBps: 0,
    rewardPerRound: 1n,
  })
  const found = { spec, document }
  const state = { folder: await mkdtemp(join(folder, 'private-')), keepRounds: 256 }
  const privacy = { epsilon: 8, delta: 1e-5, clip: 1, noise: 1.1, batch: 64, shareSpending: true }
  const training = {} as MemberConfig['training']
  const of = (rounds: bigint, samples: number | undefined, change: Partial<typeof privacy> = {}) =>
    checkPrivacy({ privacy: { ...privacy, ...change }, state, training }, { found, onChain: { funded: rounds }, samples })
  expect(checkPrivacy({ state, training }, { found, onChain: { funded: 5n }, samples: 1 })).toEqual([])
  expect(of(2n, 6000)).toMatchObject([{ state: 'ok', found: expect.stringContaining('ε = 0.00 of 8 is spent') as string }])
  expect(of(1_000_000n, 6000)).toMatchObject([
    {
      state: 'note',
      found: expect.stringContaining('the budget may end before the task') as string,
      advice: expect.stringContaining('privacy plan') as string,
    },
  ])
  expect(of(2n, undefined)).toMatchObject([{ state: 'note', found: expect.stringContaining('not known') as string }])
  expectFaults(of(2n, 6000, { delta: 0.001 }), 'privacy')
  await writeFile(join(state.folder, 'privacy.json'), '{"version":')
  expectFaults(of(2n, 6000), 'privacy')
})

it('28: a task of another version', async () => {
  await using _other = await otherRules(world.on, { task: world.task, part: 'traceRules' })
  expect(expectFaults(await examined(await member()), 'rules')[0]!.found).toContain('traceRules')
})

// Last: it takes the stake of the member out of the task.
it('27: no stake in the task', async () => {
  const owner = world.on.sender(2)
  const { vault } = world.on.contracts
  await leaveTask(owner, { vault, task: world.task })
  const { unbondingDelay } = await readVault(world.on.chain, { vault })
  await world.on.pass(unbondingDelay + 1)
  await releaseStake(owner, { vault, task: world.task })
  const faults = (await examined(await member())).filter(({ state, name }) => state === 'fault' && name === 'stake')
  expect(faults).toMatchObject([{ advice: expect.stringMatching(/^quorate member join/) as string }])
})
