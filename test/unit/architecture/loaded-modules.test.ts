import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../../..')
const RECORDER = join(ROOT, 'test/support/modules/list-modules.mjs')
/** A ledger on a chain without a node: the commands load their modules and fail. */
const NOWHERE = ['--rpc', 'http://127.0.0.1:9', '--ledger', `0x${'11'.repeat(20)}`, '--chain-id', '1']

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'quorate-modules-'))
  const key = join(folder, 'key')
  writeFileSync(key, `0x${'11'.repeat(32)}`, { mode: 0o600 })
  writeFileSync(
    join(folder, 'member.toml'),
    `[chain]
rpcUrl = "http://127.0.0.1:9"
chainId = 1
ledger = "0x${'11'.repeat(20)}"
[task]
id = 1
[keys]
operator = "key"
peer = "key"
[state]
folder = "state"
[coordinator]
address = "127.0.0.1:9"
ca = "ca.pem"
`,
  )
})
afterAll(() => rmSync(folder, { recursive: true }))

/** URLs of the modules that a command loads. */
async function modulesOf(args: readonly string[]): Promise<string[]> {
  const child = spawn(process.execPath, ['--import', RECORDER, join(ROOT, 'cli/main.ts'), ...args], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  })
  let text = ''
  // A node waits for the chain; its modules are loaded by then.
  child.stderr!.on('data', (data: Buffer) => {
    if (data.toString().includes('waiting')) child.kill('SIGINT')
  })
  child.stdio[3]!.on('data', (data: Buffer) => (text += data.toString()))
  await new Promise((done) => child.on('close', done))
  return text.split('\n').filter((line) => line !== '')
}

describe('what a command loads', () => {
  it.each([
    ['audit', () => ['audit', ...NOWHERE, '--evidence', folder]],
    ['watch --evidence', () => ['watch', ...NOWHERE, '--evidence', folder]],
    ['watch --config', () => ['watch', '--config', join(folder, 'member.toml')]],
    ['status', () => ['status', ...NOWHERE]],
  ])('%s', async (_, args) => {
    const loaded = await modulesOf(args())
    expect(loaded.filter((url) => url.includes('/src/replay/') || url.includes('/src/chain/')).length).toBeGreaterThan(5)
    expect(loaded.filter((url) => /@tensorflow|\/webgpu\/|src\/training\//.test(url))).toEqual([])
    // A certificate is made once.
    expect(loaded.filter((url) => /selfsigned|@peculiar/.test(url))).toEqual([])
  })

  // It takes as long to load as everything else together.
  it.each(['status', 'deploy', 'member', 'coordinator'])('%s loads no network before it needs one', async (command) => {
    const loaded = await modulesOf([command, '--help'])
    expect(loaded.some((url) => url.includes('/src/chain/'))).toBe(true)
    expect(loaded.filter((url) => /node_modules\/(libp2p|@libp2p\/gossipsub)\//.test(url))).toEqual([])
  })

  it('training is what loads it', async () => {
    const loaded = await modulesOf(['lab', '--help'])
    expect(loaded.some((url) => url.includes('src/training/'))).toBe(true)
  })
})
