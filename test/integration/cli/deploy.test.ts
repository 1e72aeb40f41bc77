import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createTestClient, http, parseEther } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectChain, readAccount, readVault, startAnvil } from '../../../src/chain/index.ts'
import type { Anvil, Chain, DevAccount } from '../../../src/chain/index.ts'
import { silentLogger, systemClock } from '../../../src/core/index.ts'
import type { Address } from '../../../src/protocol/index.ts'
import { runQuorate } from '../../support/cli/run-quorate.ts'
import { LONG } from '../../support/long.ts'

const MAIN = resolve(import.meta.dirname, '../../../cli/main.ts')
/** Of a local trial: all delays fit into a coffee break. */
const TRIAL =
  '--development --commit 30 --reveal 10 --attest 10 --post 30 --challenge 60 --unbonding-delay 600 --governance --voting-delay 0 --voting-period 60 --timelock-delay 660'.split(
    ' ',
  )

let folder: string
let anvil: Anvil
let chain: Chain
let accounts: readonly DevAccount[]

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quorate-deploy-'))
  anvil = await startAnvil({ mining: 'automine' })
  chain = await connectChain({ rpcUrl: anvil.rpcUrl, chainId: anvil.chainId, logger: silentLogger, pollingIntervalMs: 20 })
  accounts = anvil.accounts
  for (const [index, { privateKey }] of accounts.slice(0, 5).entries())
    await writeFile(join(folder, `${index}.key`), privateKey, { mode: 0o600 })
})
afterAll(async () => {
  await chain.close()
  await anvil.stop()
  await rm(folder, { recursive: true })
})

const nonceOf = async (index: number): Promise<number> =>
  chain.publicClient.getTransactionCount({ address: accounts[index]!.address })
const args = (index: number, out: string, more: string[]): string[] => {
  const where = ['--rpc', anvil.rpcUrl, '--key-file', join(folder, `${index}.key`), '--out', join(folder, out)]
  return ['deploy', ...where, '--rounds', '2', ...more]
}
const deploy = async (index: number, out: string, more = TRIAL): Promise<Awaited<ReturnType<typeof runQuorate>>> =>
  runQuorate(...args(index, out, more))

/** Kills the command as soon as the account has sent so many transactions; the exit code if it ended before. */
async function killAt(nonce: number, index: number, out: string): Promise<number | null> {
  const child = spawn(process.execPath, [MAIN, ...args(index, out, TRIAL), '--json'], { stdio: 'ignore' })
  const ended = once(child, 'exit') as Promise<[number | null]>
  while (child.exitCode === null && (await nonceOf(index)) < nonce) await systemClock.sleep(5)
  child.kill('SIGKILL')
  return (await ended)[0]
}

async function deployment(out: string): Promise<Record<'ledger' | 'vault' | 'owner', Address>> {
  return JSON.parse(await readFile(join(folder, out, 'deployment.json'), 'utf8')) as Awaited<ReturnType<typeof deployment>>
}

// Every step is a process of its own.
describe('quorate deploy', { timeout: 300_000 }, () => {
  let transactions: number

  it('gives a local chain contracts whose voters need not wait for days', async () => {
    const before = await nonceOf(0)
    expect(await deploy(0, 'whole')).toMatchObject({ code: 0, last: { ok: true, task: '1' } })
    transactions = (await nonceOf(0)) - before
    const { vault, owner } = await deployment('whole')
    expect(await readVault(chain, { vault })).toMatchObject({ unbondingDelay: 600 })
    expect(owner).not.toBe(accounts[0]!.address)
    expect(existsSync(join(folder, 'whole/unfinished'))).toBe(false)
  })

  it('goes on after every kill -9, and sends nothing twice', async () => {
    const before = await nonceOf(1)
    let runs = 0
    for (let at = before + 3; at < before + transactions; at += LONG ? 6 : 12, runs++)
      expect(await killAt(at, 1, 'killed')).toBeNull()
    expect(runs).toBeGreaterThan(LONG ? 3 : 1)
    expect(await deploy(1, 'killed', [...TRIAL, '--operator-bond', '1300'])).toMatchObject({
      code: 2,
      last: { code: 'FLAG_INVALID', message: expect.stringContaining('--operator-bond') as string },
    })
    expect(await deploy(1, 'killed')).toMatchObject({ code: 0, last: { ok: true, task: '1' } })
    expect((await nonceOf(1)) - before).toBe(transactions)
    const { vault, ledger } = await deployment('killed')
    const account = await readAccount(chain, { vault, task: 1n, owner: accounts[1]!.address })
    expect(account).toMatchObject({ allocated: parseEther('1200'), free: 0n, operatorEligible: true })
    expect(await chain.publicClient.getCode({ address: ledger })).toBeDefined()
  })

  it('may change its mind while nothing was sent', async () => {
    const client = createTestClient({ mode: 'anvil', transport: http(anvil.rpcUrl) })
    const { address } = accounts[4]!
    await client.setBalance({ address, value: 0n })
    expect(await deploy(4, 'early')).toMatchObject({ code: 3, last: { code: 'INSUFFICIENT_FUNDS' } })
    await client.setBalance({ address, value: parseEther('100') })
    expect(await deploy(4, 'early', [...TRIAL, '--operator-bond', '1300'])).toMatchObject({ code: 0, last: { ok: true } })
    expect(await nonceOf(4)).toBe(transactions)
  })

  it('goes on once the deployer can pay', async () => {
    const client = createTestClient({ mode: 'anvil', transport: http(anvil.rpcUrl) })
    const { address } = accounts[2]!
    await client.setBalance({ address, value: parseEther('0.05') })
    const stopped = await deploy(2, 'poor')
    expect(stopped).toMatchObject({ code: 3, last: { code: 'INSUFFICIENT_FUNDS' } })
    const sent = await nonceOf(2)
    expect(sent).toBeGreaterThan(0)
    await client.setBalance({ address, value: parseEther('100') })
    expect(await deploy(2, 'poor')).toMatchObject({ code: 0, last: { ok: true } })
    expect(await nonceOf(2)).toBe(transactions)
  })

  it.each([
    ['--timelock-delay', '600', 'longer than unbonding, 600 s'],
    ['--timelock-delay', '7776001', 'at most 7776000 s'],
    ['--voting-period', '5184001', 'at most 5184000 s'],
    ['--governance-quorum', '6668', '1000 to 6667 basis points'],
    ['--proposal-threshold', '1000001', 'at most 1000000'],
    ['--unbonding-delay', '100', 'longer than the shortest unbonding delay, 100 s'],
  ])('refuses %s %s before it sends anything', async (option, value, reason) => {
    const before = await nonceOf(3)
    expect(await deploy(3, 'refused', [...TRIAL, option, value])).toMatchObject({
      code: 2,
      last: { code: 'FLAG_INVALID', message: expect.stringContaining(reason) as string },
    })
    expect(await nonceOf(3)).toBe(before)
    expect(existsSync(join(folder, 'refused'))).toBe(false)
  })

  it('refuses a folder of another deployment, and a week that is cut short elsewhere', async () => {
    expect(await deploy(3, 'whole')).toMatchObject({ code: 2, last: { message: expect.stringContaining('--out') as string } })
    expect(await deploy(3, 'real', ['--unbonding-delay', '600'])).toMatchObject({
      code: 2,
      last: { message: expect.stringContaining('--unbonding-delay: at least 604800 s') as string },
    })
    expect(await deploy(3, 'real', ['--guardian', accounts[0]!.address])).toMatchObject({
      code: 2,
      last: { message: expect.stringContaining('--guardian: means nothing') as string },
    })
    expect(await nonceOf(3)).toBe(0)
  })
})
