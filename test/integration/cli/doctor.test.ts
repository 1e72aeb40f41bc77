import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { freePorts } from '../../../cli/demo/free-port.ts'
import { startAnvil } from '../../../src/chain/index.ts'
import type { Anvil } from '../../../src/chain/index.ts'
import { writeMemberConfig } from '../../../src/config/index.ts'
import { ensureTlsIdentity } from '../../../src/rpc/index.ts'
import { runQuorate } from '../../support/cli/run-quorate.ts'

let anvil: Anvil
let folder: string

beforeAll(async () => {
  anvil = await startAnvil()
  folder = await mkdtemp(join(tmpdir(), 'quorate-doctor-'))
})
afterAll(async () => {
  await anvil?.stop()
  await rm(folder, { recursive: true })
})

it('says what the machine has, and which back end auto takes', async () => {
  const { code, last } = await runQuorate('doctor', '--rpc', anvil.rpcUrl)
  expect(code, JSON.stringify(last)).toBe(0)
  const findings = last['findings'] as { name: string; state: string; found: string; advice?: string }[]
  const of = (name: string): (typeof findings)[number] => findings.find((one) => one.name.startsWith(name))!
  for (const name of ['node', 'processor', 'memory', 'disk', 'clock', 'gpu', 'python', 'chain http'])
    expect(of(name), name).toBeDefined()
  expect(of('chain http').found).toMatch(/^chain 31337, block \d+/)
  const backends = last['backends'] as { name: string; starts: boolean; gigaflops?: number }[]
  expect(backends.map(({ name }) => name)).toEqual(['tfjs-node-gpu', 'webgpu', 'tfjs-node', 'wasm', 'cpu'])
  for (const name of ['wasm', 'cpu']) {
    const backend = backends.find((one) => one.name === name)!
    expect(backend).toMatchObject({ starts: true })
    expect(backend.gigaflops).toBeGreaterThan(0)
  }
  expect(of(`back end ${String(last['backend'])}`).found).toContain('auto takes this one')
})

it('names each fault of a configuration, with what to do', async () => {
  const [nowhere, taken] = await freePorts(2)
  const { certificatePath } = await ensureTlsIdentity(join(folder, 'tls'), { hosts: [] })
  const config = join(folder, 'member.toml')
  await writeMemberConfig(config, {
    chain: { rpcUrl: anvil.rpcUrl, chainId: anvil.chainId, ledger: `0x${'12'.repeat(20)}` },
    task: { id: 1 },
    keys: { operator: 'operator.key', peer: 'peer.key' },
    state: { folder: 'data' },
    p2p: { listen: [`/ip4/127.0.0.1/tcp/${taken}`] },
    coordinator: [{ address: `127.0.0.1:${nowhere}`, ca: certificatePath }],
    training: { backend: 'tfjs-node-gpu' },
  })
  const { code, last } = await runQuorate('doctor', '--config', config)
  expect(code).toBe(2)
  const findings = last['findings'] as { name: string; state: string; found: string; advice?: string }[]
  const faults = findings.filter(({ state }) => state === 'fault')
  const names = ['key operator', 'key peer', 'contracts', `operator 127.0.0.1:${nowhere}`, 'backend = "tfjs-node-gpu"']
  expect(faults.map(({ name }) => name)).toEqual(names)
  expect(faults[2]!.found).toContain('has no contract code')
  for (const { advice } of faults) expect(advice).toBeTruthy()
  expect(findings.find(({ name }) => name === `port ${taken}`)).toMatchObject({ state: 'ok' })

  await writeFile(config, 'nonsense = 1\n')
  expect(await runQuorate('doctor', '--config', config)).toMatchObject({ code: 2, last: { code: 'CONFIG_INVALID' } })
})
