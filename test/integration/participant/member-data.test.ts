import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { prepareTraining } from '../../../participant/member-data.ts'
import { trainingSeed } from '../../../participant/training-seed.ts'
import { describeTask } from '../../../coordinator/actions/create-task.ts'
import { readMemberConfig } from '../../../src/config/index.ts'
import { silentLogger } from '../../../src/core/index.ts'
import { fromHex, toHex, updateRoot } from '../../../src/protocol/index.ts'
import type { Hash } from '../../../src/protocol/index.ts'
import { defaultTask, genesisModel, modelByName } from '../../../src/training/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'quorate-member-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const keyOf = (name: string): Hash => toHex(new Uint8Array(32).fill(name.charCodeAt(0)))

/** The `member.toml` of the README, with more lines in `[training]`. */
async function trainingOf(...lines: string[]) {
  const path = join(folder, 'member.toml')
  const text = `
[chain]
rpcUrl = "http://127.0.0.1:8545"
chainId = 31337
ledger = "0x5FbDB2315678afecb367f032d93F642f64180aa3"
[task]
id = 1
[keys]
operator = "keys/operator.key"
peer = "keys/peer.key"
[coordinator]
address = "coordinator.example:7050"
ca = "tls-cert.pem"
[state]
folder = "state"
[training]
backend = "wasm"
${lines.join('\n')}
`
  writeFileSync(path, text)
  return (await readMemberConfig(path)).training
}

const { spec, documentJson } = describeTask({
  model: 'mlp',
  seed: 1,
  rule: 'nnmGm',
  byzantineBps: 2500,
  rewardPerRound: 1n,
})

/** The document with 64 samples per training. */
const document = documentJson.replace(/"samples":0/, '"samples":64')
const genesis = genesisModel(modelByName('mlp'), defaultTask({ model: 'mlp' }).tensors, 1)

async function rootOf(member: string, ...lines: string[]): Promise<string> {
  const needs = { spec, document, secret: keyOf(member), logger: silentLogger }
  const { trainer, samples } = await prepareTraining(await trainingOf(...lines), needs)
  expect(samples).toBe(60_000)
  const { update, metrics } = await trainer.train({ model: genesis, step: 1 })
  expect(metrics.samples).toBe(64)
  return toHex(updateRoot(update))
}

describe('members with the same data', () => {
  it('send different updates, each the same again after a restart', async () => {
    const [first, second, restarted] = [await rootOf('a'), await rootOf('b'), await rootOf('a')]
    expect(second).not.toBe(first)
    expect(restarted).toBe(first)
  })

  it('send equal updates when a demonstration gives them equal seeds', async () => {
    expect(await rootOf('a', 'seed = 7')).toBe(await rootOf('b', 'seed = 7'))
    expect(await rootOf('a', 'seed = 7')).not.toBe(await rootOf('a', 'seed = 8'))
  })
})

describe('trainingSeed', () => {
  it('has 32 bytes of each key’s own and shows nothing of the key', () => {
    const seeds = ['a', 'b'].map((member) => trainingSeed(keyOf(member)))
    expect(new Set(seeds).size).toBe(2)
    expect(fromHex(seeds[0] as Hash)).toHaveLength(32)
    expect(seeds).not.toContain(keyOf('a'))
    expect(trainingSeed(keyOf('a'))).toBe(seeds[0])
  })
})

describe('training.dataset', () => {
  it('is refused when the task names another data set, with what to do', async () => {
    await expect(rootOf('a', 'dataset = "patients.csv"')).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(/training\.dataset is "patients\.csv".*"mnist".*Remove the line/),
      details: { configured: 'patients.csv', dataset: 'mnist' },
    })
  })

  it('may name the data set of the task', async () => {
    expect(await rootOf('a', 'dataset = "mnist"')).toBe(await rootOf('a'))
  })
})

it('a list of sample numbers that does not fit says what partitions are for', async () => {
  writeFileSync(join(folder, 'indices.json'), '[60000]')
  await expect(rootOf('a', 'partition = { kind = "indices", file = "indices.json" }')).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining('a share of a public data set, for demonstrations'),
  })
})
