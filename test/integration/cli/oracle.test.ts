import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTestClient, http } from 'viem'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startAnvil } from '../../../src/chain/index.ts'
import type { Anvil } from '../../../src/chain/index.ts'
import { createKeyFile } from '../../../src/config/index.ts'
import type { Address } from '../../../src/protocol/index.ts'
import { runQuorate } from '../../support/cli/run-quorate.ts'
import { hash } from '../chain/harness.ts'

const FEED = 'wallet-risk'
const HOUR = 3600
const [CALM, WILD] = [`0x${'11'.repeat(20)}`, `0x${'22'.repeat(20)}`] as const

let anvil: Anvil
let folder: string
let oracle: Address

const keyOf = (index: number): string => join(folder, `${index}.key`)
const rpc = (): string[] => ['--rpc', anvil.rpcUrl]
const at = async (...args: string[]) => runQuorate('oracle', ...args, ...rpc(), '--oracle', oracle)
const addressOf = (index: number): Address => anvil.accounts[index]!.address
const fileOf = (name: string): string => join(folder, `${name}.json`)

async function pass(seconds: number): Promise<void> {
  const test = createTestClient({ mode: 'anvil', transport: http(anvil.rpcUrl) })
  await test.increaseTime({ seconds })
  await test.mine({ blocks: 1 })
}

/** Each score by the signer of its place, accounts 1, 2 …; gives the files. */
async function attestAll(subject: string, scores: readonly number[]): Promise<string[]> {
  // An attestation is younger than the score that stands, and blocks may share a second.
  await pass(1)
  const files: string[] = []
  for (const [index, score] of scores.entries()) {
    const file = fileOf(`${subject}-${index}`)
    const run = await at('attest', FEED, subject, '--score', String(score), '--key-file', keyOf(index + 1), '--out', file)
    expect(run.last).toMatchObject({ event: 'attested', ok: true, score: String(score), signer: addressOf(index + 1) })
    files.push(file)
  }
  return files
}

beforeAll(async () => {
  anvil = await startAnvil({ accounts: 10 })
  folder = await mkdtemp(join(tmpdir(), 'quorate-oracle-'))
  for (let index = 0; index < 7; index++) await createKeyFile(keyOf(index), anvil.accounts[index]!.privateKey)
  const deployed = await runQuorate('oracle', 'deploy', ...rpc(), '--key-file', keyOf(0))
  oracle = deployed.last['oracle'] as Address
}, 120_000)
afterAll(async () => {
  await anvil.stop()
  await rm(folder, { recursive: true })
})

it('has feeds that its owner alone sets', async () => {
  const signers = [1, 2, 3, 4, 5].flatMap((index) => ['--signer', addressOf(index)])
  const rules = ['--model', hash('model'), '--quorum', '3', '--maximum', '1000', '--max-spread', '800', '--max-age', String(HOUR)]
  const stranger = await at('set-feed', FEED, ...signers, ...rules, '--key-file', keyOf(6))
  expect(stranger.last).toMatchObject({ code: 'TRANSACTION_REVERTED', details: { error: 'NotOwner' } })
  expect((await at('set-feed', FEED, ...signers, ...rules, '--key-file', keyOf(0))).last).toMatchObject({ ok: true, quorum: 3 })
}, 120_000)

it('takes the median of k signers, whatever one of them says, once', async () => {
  const files = await attestAll(CALM, [100, 120, 900])
  const few = await at('submit', ...files.slice(0, 2), '--key-file', keyOf(6))
  expect(few.last).toMatchObject({ code: 'TRANSACTION_REVERTED', details: { error: 'TooFew' } })
  const doubled = await at('submit', ...files.slice(0, 2), files[1]!, '--key-file', keyOf(6))
  expect(doubled.last).toMatchObject({ code: 'TRANSACTION_REVERTED', details: { error: 'NotAscending' } })
  expect((await at('submit', ...files, '--key-file', keyOf(6))).last).toMatchObject({ event: 'scored', ok: true, value: '120' })
  expect((await at('score', FEED, CALM)).last).toMatchObject({ value: '120', nonce: '1', fresh: true, model: hash('model') })
  const again = await at('submit', ...files, '--key-file', keyOf(6))
  expect(again.last).toMatchObject({ code: 'TRANSACTION_REVERTED', details: { error: 'WrongNonce' } })
}, 120_000)

it('signs only what the feed would take', async () => {
  const out = ['--out', fileOf('refused')]
  const large = await at('attest', FEED, CALM, '--score', '1001', '--key-file', keyOf(1), ...out)
  expect(large.last).toMatchObject({ code: 'FLAG_INVALID' })
  const stranger = await at('attest', FEED, CALM, '--score', '7', '--key-file', keyOf(6), ...out)
  expect(stranger.last).toMatchObject({ code: 'FLAG_INVALID' })
  const unknown = await at('attest', 'other', CALM, '--score', '7', '--key-file', keyOf(1), ...out)
  expect(unknown.last).toMatchObject({ code: 'TRANSACTION_REVERTED', details: { error: 'UnknownFeed' } })
}, 120_000)

it('refuses a changed file, one of another score, and one for another oracle', async () => {
  const [first, second] = await attestAll(WILD, [950, 960])
  const text = await readFile(first!, 'utf8')
  await writeFile(fileOf('changed'), text.replace('"score":"950"', '"score":"1"'))
  const changed = await at('submit', fileOf('changed'), second!, '--key-file', keyOf(6))
  expect(changed.last).toMatchObject({ code: 'FLAG_INVALID' })
  expect(JSON.stringify(changed.last)).toContain('did not sign')
  const other = await at('submit', first!, fileOf(`${CALM}-0`), '--key-file', keyOf(6))
  expect(other.last).toMatchObject({ code: 'USAGE' })
  const elsewhere = ['submit', first!, ...rpc(), '--oracle', addressOf(9), '--key-file', keyOf(6)]
  expect((await runQuorate('oracle', ...elsewhere)).last).toMatchObject({ code: 'USAGE' })
}, 120_000)

it('writes sparsely, ranks alerts, and says what is stale', async () => {
  await at('submit', ...(await attestAll(WILD, [950, 960, 970])), '--key-file', keyOf(6))
  const near = await attestAll(CALM, [121, 122, 123])
  const submitNear = async () => at('submit', ...near, '--least-change', '50', '--key-file', keyOf(6))
  expect((await submitNear()).last).toMatchObject({ event: 'scoreKept', value: '120', median: '122', transactions: [] })
  const ranked = await at('alerts', FEED)
  const lines = ranked.stdout.trim().split('\n')
  const alerts = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(alerts.map(({ value }) => value)).toEqual(['960', '120', undefined])
  expect((await at('alerts', FEED, '--threshold', '500')).last).toMatchObject({ event: 'alerts', alerts: 1 })

  await pass(HOUR / 2)
  expect((await submitNear()).last).toMatchObject({ event: 'scored', value: '122' })
  await pass(HOUR)
  expect((await at('score', FEED, WILD)).last).toMatchObject({ value: '960', fresh: false })
}, 120_000)
