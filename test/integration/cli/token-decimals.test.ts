import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTestClient, http } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  accountFromKey,
  connectChain,
  readTask,
  readToken,
  readVault,
  startAnvil,
  takeSeat,
  TransactionSender,
} from '../../../src/chain/index.ts'
import type { Anvil, Chain, DevAccount } from '../../../src/chain/index.ts'
import { loadKeyFile, writeMemberConfig } from '../../../src/config/index.ts'
import { silentLogger } from '../../../src/core/index.ts'
import { decodeSpec } from '../../../src/protocol/index.ts'
import type { Address } from '../../../src/protocol/index.ts'
import { deployUnitToken, mintUnitToken } from '../../support/chain/unit-token.ts'
import { runCommandLine } from '../../support/cli/run-quorate.ts'
import type { Ended } from '../../support/cli/run-quorate.ts'

const ONE = 10n ** 6n

let folder: string
let anvil: Anvil
let chain: Chain
let deployer: DevAccount
let member: DevAccount
let ledger: Address
let at: string[]

async function succeed(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runCommandLine(...args)
  expect(code, stderr).toBe(0)
  return stdout
}

const senderOf = ({ account }: DevAccount): TransactionSender => new TransactionSender({ chain, account })

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quorate-decimals-'))
  anvil = await startAnvil({ mining: 'automine' })
  chain = await connectChain({ rpcUrl: anvil.rpcUrl, chainId: anvil.chainId, logger: silentLogger, pollingIntervalMs: 20 })
  ;[deployer, member] = anvil.accounts as unknown as [DevAccount, DevAccount]
  await writeFile(join(folder, 'deployer.key'), deployer.privateKey, { mode: 0o600 })
  await writeFile(join(folder, 'member.key'), member.privateKey, { mode: 0o600 })
})

afterAll(async () => {
  await chain.close()
  await anvil.stop()
  await rm(folder, { recursive: true, force: true })
})

describe('the unit of a token', () => {
  it.each([
    [6, 'USDC', 'USDC'],
    [0, '', ''],
    // A symbol is anybody's text.
    [18, 'a\u001B[2Jb', ''],
    [24, 'a symbol of many words', ''],
  ])('of %i decimals and symbol %j is read from the chain', async (decimals, symbol, shown) => {
    const token = await deployUnitToken(senderOf(deployer), { decimals, symbol })
    expect(await readToken(chain, { token })).toEqual({ decimals, symbol: shown })
  })

  it('is refused beyond 24 decimals, and where there is no token', async () => {
    const token = await deployUnitToken(senderOf(deployer), { decimals: 25, symbol: 'X' })
    await expect(readToken(chain, { token })).rejects.toMatchObject({ code: 'TOKEN_UNSUPPORTED' })
    await expect(readToken(chain, { token: member.address })).rejects.toMatchObject({ code: 'CONTRACT_NOT_FOUND' })
  })
})

// Every step is a process of its own.
describe('a deployment with a token of 6 decimals', { timeout: 180_000 }, () => {
  it('has bonds, rewards and penalties in that unit', async () => {
    const token = await deployUnitToken(senderOf(deployer), { decimals: 6, symbol: 'USDC' })
    await mintUnitToken(senderOf(deployer), token, deployer.address, 2000n * ONE)
    await mintUnitToken(senderOf(deployer), token, member.address, 250n * ONE)
    const where = ['--rpc', anvil.rpcUrl, '--key-file', join(folder, 'deployer.key'), '--out', join(folder, 'out')]
    const about = [
      '--token',
      token,
      '--court-bond',
      '0.5',
      '--development',
      '--governance',
      '--min-members',
      '1',
      '--min-stake',
      '100.5',
    ]
    const fine = await runCommandLine('deploy', ...where, ...about, '--reward', '0.0000001')
    expect(fine).toMatchObject({ code: 2 })
    expect(fine.stderr).toContain('at most 6 decimals')
    await succeed('deploy', ...where, ...about)
    const deployment = JSON.parse(await readFile(join(folder, 'out/deployment.json'), 'utf8')) as {
      ledger: Address
      vault: Address
    }
    ledger = deployment.ledger
    at = ['--rpc', anvil.rpcUrl, '--ledger', ledger]
    const { minBond, minOperatorBond } = await readVault(chain, { vault: deployment.vault })
    expect([minBond, minOperatorBond]).toEqual([100n * ONE, 1000n * ONE])
    // The documents of a task hold whole numbers of the smallest unit.
    const spec = decodeSpec(await readFile(join(folder, 'out/spec.json'), 'utf8'))
    expect(spec.rewardPerRound).toBe(10n * ONE)
  })

  it('takes stake and shows it', async () => {
    const home = join(folder, 'member')
    await mkdir(home)
    await succeed('member', 'keygen', '--out', home)
    const config = join(home, 'member.toml')
    await writeMemberConfig(config, {
      chain: { rpcUrl: anvil.rpcUrl, chainId: anvil.chainId, ledger },
      task: { id: 1 },
      keys: { owner: '../member.key', operator: 'operator.key', peer: 'peer.key' },
      p2p: { listen: ['/ip4/127.0.0.1/tcp/0'] },
      state: { folder: 'data' },
      coordinator: { address: '127.0.0.1:7050', ca: 'ca.pem' },
      training: {},
    })
    expect(await succeed('member', 'join', '--config', config, '--amount', '100.25')).toContain('has 100.25 USDC in task 1')
    expect(await succeed('status', ...at)).toContain('waiting for stake: 100.25 of 100.5 USDC joined')
    expect(await succeed('member', 'join', '--config', config, '--amount', '0.25')).toContain('has 100.5 USDC in task 1')
    // Stake counts from the second after.
    const time = createTestClient({ mode: 'anvil', transport: http(anvil.rpcUrl) })
    await time.increaseTime({ seconds: 2 })
    await time.mine({ blocks: 1 })
    const account = accountFromKey(await loadKeyFile(join(folder, 'out/operator.key')))
    await takeSeat(new TransactionSender({ chain, account }), { ledger, task: 1n })
    const status = await succeed('status', ...at)
    expect(status).toContain('0 earned of 100 USDC funded')
    expect(status).toMatch(new RegExp(`${member.address}  100.5 `, 'i'))
  })

  it('says which keys of the node a bond registered, and nothing where they are the same', async () => {
    const home = join(folder, 'member')
    const bond = async (): Promise<string> => succeed('member', 'bond', '--config', join(home, 'member.toml'))
    const renew = async (name: string): Promise<string> => {
      await rm(join(home, name))
      return succeed('key', 'new', join(home, name))
    }
    expect(await bond()).not.toMatch(/key/)
    await renew('peer.key')
    const peer = await bond()
    expect(peer).toContain('Registered a new peer key in place of the old one')
    expect(peer).not.toContain('operator key')
    const [address] = /0x[0-9a-fA-F]{40}/.exec(await renew('operator.key'))!
    const operator = await bond()
    expect(operator).toContain(`Registered the operator key ${address} in place of 0x`)
    expect(operator).not.toContain('peer key')
  })

  it('has tasks of other founders in that unit', async () => {
    const create = async (out: string, ...terms: string[]): Promise<Ended> =>
      runCommandLine('task', 'create', ...at, '--key-file', join(folder, 'deployer.key'), '--out', join(folder, out), ...terms)
    const windows = ['--commit', '60', '--reveal', '60', '--attest', '60', '--post', '60', '--challenge', '600']
    const terms = ['--reward', '1.5', '--rounds', '2', '--false-claim-penalty', '200.5', '--min-stake', '7']
    const finer = await create('finer', ...windows, ...terms, '--fault-penalty', '0.0000001')
    expect(finer).toMatchObject({ code: 2 })
    expect(finer.stderr).toContain('at most 6 decimals')
    const made = await create('second', ...windows, ...terms)
    expect(made.code, made.stderr).toBe(0)
    expect(await readTask(chain, { ledger, task: 2n })).toMatchObject({
      funded: 3n * ONE,
      falseClaimPenalty: 200_500_000n,
      faultPenalty: 10n * ONE,
      minStake: 7n * ONE,
    })
  })

  it('is governed in that unit', async () => {
    expect(await succeed('gov', 'params', ...at)).toMatch(/vault\.minBond +100 +1 +1000000 +USDC/)
    const key = ['--key-file', join(folder, 'member.key')]
    const about = ['--set', 'vault.minBond=150.000001', '--description', 'a larger bond']
    await succeed('gov', 'propose', ...at, ...key, ...about)
    expect(await succeed('gov', 'status', ...at)).toContain('StakeVault.setMinBond(150.000001 USDC)')
    const finer = await runCommandLine('gov', 'propose', ...at, ...key, '--set', 'vault.minBond=1.0000001', '--description', 'x')
    expect(finer).toMatchObject({ code: 2 })
  })
})
