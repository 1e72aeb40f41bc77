import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEther } from 'viem'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { mintDevelopmentTokens, readTask } from '../../../src/chain/index.ts'
import { createKeyFile, writeMemberConfig } from '../../../src/config/index.ts'
import { silentLogger } from '../../../src/core/index.ts'
import type { PrivacyForecast } from '../../../cli/privacy/forecast.ts'
import { decodeSpec, genesisFromBytes, specHash } from '../../../src/protocol/index.ts'
import { prepareTraining } from '../../../participant/member-data.ts'
import { runQuorate } from '../../support/cli/run-quorate.ts'
import type { CommandRun } from '../../support/cli/run-quorate.ts'
import { enrol, openTask, startTestChain } from '../chain/harness.ts'
import type { TestChain } from '../chain/harness.ts'

const STRANGER = 5

let on: TestChain
let folder: string

const quorate = async (...args: string[]): Promise<CommandRun> => runQuorate('task', ...args)

beforeAll(async () => {
  on = await startTestChain({ mining: 'automine' })
  folder = await mkdtemp(join(tmpdir(), 'quorate-task-file-'))
  await enrol(on, 1, 'operator')
  await openTask(on)
  await createKeyFile(join(folder, 'founder.key'), on.anvil.accounts[STRANGER]!.privateKey)
  const to = on.sender(STRANGER).address
  await mintDevelopmentTokens(on.governor, { token: on.contracts.token, to, amount: parseEther('30') })
}, 60_000)
afterAll(async () => {
  await on[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

it('a task of layers is written, checked, created, and trained by a member', async () => {
  const { ledger } = on.contracts
  const [task, out] = [join(folder, 'task'), join(folder, 'operator')]
  expect(await quorate('init', task)).toMatchObject({ code: 0, last: { event: 'initialised' } })
  expect(await quorate('init', task)).toMatchObject({ code: 2, last: { code: 'USAGE' } })
  const file = join(task, 'task.toml')
  const text = (await readFile(file, 'utf8')).replace('samples = 2000', 'samples = 64').replace('"10"', '"1"')
  await writeFile(file, text)
  const checked = await quorate('check', file, '--backend', 'wasm')
  expect(checked).toMatchObject({ code: 0, last: { event: 'checked', parameters: 5994, trial: { samples: 64 } } })
  // So few samples move the weights less than those of a whole round, whose exponent is -8.
  for (const exponent of checked.last['exponents'] as number[]) expect(exponent).toBeGreaterThan(-14)

  // Who sees what, and how far the budget of a member goes.
  const { settings, open, forecast } = checked.last['privacy'] as Record<string, unknown[]>
  expect(settings).toMatchObject([
    { setting: 'updates', chosenBy: 'task' },
    { setting: 'noise', chosenBy: 'member' },
  ])
  expect(open!.length).toBeGreaterThan(3)
  expect(forecast).toBeNull()
  const config = join(task, 'member.toml')
  const joined = {
    chain: { rpcUrl: on.anvil.rpcUrl, chainId: 31_337, ledger },
    task: { id: 1 },
    keys: { operator: 'operator.key', peer: 'peer.key' },
    state: { folder: 'state' },
    coordinator: { address: 'localhost:7050', ca: 'ca.pem' },
  }
  await writeMemberConfig(config, joined)
  const budgeted = async (...more: string[]): Promise<CommandRun> =>
    quorate('check', file, '--backend', 'wasm', '--member', config, ...more)
  expect(await budgeted('--records', '600')).toMatchObject({ code: 2, last: { code: 'CONFIG_INVALID' } })
  await writeMemberConfig(config, { ...joined, privacy: { epsilon: 3, delta: 1e-5, clip: 1, noise: 1, batch: 8 } })
  expect(await budgeted()).toMatchObject({ code: 2, last: { code: 'USAGE' } })
  const far = await budgeted('--records', '600', '--rounds', '10000')
  const reckoned = (far.last['privacy'] as { forecast: PrivacyForecast }).forecast
  expect(reckoned).toMatchObject({ epsilon: 3, spent: 0, rounds: 10_000 })
  expect(reckoned.atEnd).toBeGreaterThan(3)
  expect(reckoned.roundsLeft).toBeGreaterThan(0)
  expect(reckoned.roundsLeft).toBeLessThan(10_000)

  const asking = async (personal: string): Promise<CommandRun> => {
    const asked = join(task, 'personal.toml')
    await writeFile(asked, text.replace('file = "model.json"', `file = "model.json"\npersonal = ${personal}`))
    return quorate('check', asked, '--backend', 'wasm')
  }
  const unknown = await asking('["head"]')
  expect(unknown).toMatchObject({ code: 2, last: { code: 'CONFIG_INVALID' } })
  expect(unknown.last['message']).toMatch(
    /personal\.toml: line \d+: model\.personal: the model has no layer or tensor "head"; its/,
  )
  const own = await asking('["output"]')
  expect(own).toMatchObject({ code: 0, last: { notes: [], personal: { tensors: ['output/kernel', 'output/bias'] } } })
  expect((own.last['privacy'] as { settings: { setting: string }[] }).settings.map(({ setting }) => setting)).toEqual([
    'updates',
    'personal layers',
    'noise',
  ])
  expect((own.last['parameters'] as number) + (own.last['personal'] as { parameters: number }).parameters).toBe(5994)

  const about = ['--rpc', on.anvil.rpcUrl, '--ledger', ledger, '--key-file', join(folder, 'founder.key')]
  const made = await quorate('create', '--task-file', file, '--backend', 'wasm', '--out', out, '--rounds', '5', ...about)
  expect(made).toMatchObject({ code: 0, last: { event: 'task', ok: true, task: '2' } })
  const spec = decodeSpec(await readFile(join(out, 'spec.json'), 'utf8'))
  expect(await readTask(on.chain, { ledger, task: 2n })).toMatchObject({
    specHash: specHash(spec),
    funded: parseEther('5'),
    windows: { commit: 600, challenge: 10_800 },
    minMembers: 3,
  })

  const model = genesisFromBytes(spec, new Uint8Array(await readFile(join(out, 'genesis.i32'))))
  const { trainer } = await prepareTraining(
    { backend: 'wasm', evaluate: true },
    {
      spec,
      document: await readFile(join(out, 'document.json'), 'utf8'),
      secret: `0x${'11'.repeat(32)}`,
      logger: silentLogger,
    },
  )
  const { update, metrics } = await trainer.train({ model, step: 1 })
  expect(metrics.samples).toBe(64)
  expect(update.some((value) => value !== 0)).toBe(true)
  expect(await trainer.evaluate(model)).toMatchObject({ samples: 10_000, metrics: { f1: expect.any(Number) as number } })
  trainer.dispose()
}, 120_000)
