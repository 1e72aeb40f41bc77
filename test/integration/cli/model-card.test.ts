import { copyFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { keccak256 } from 'viem'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createKeyFile } from '../../../src/config/index.ts'
import { contentAddress, digestOfFile } from '../../../src/market/index.ts'
import type { Fact } from '../../../src/market/index.ts'
import { claimHash, commitWord, fingerprintsRoot, specHash } from '../../../src/protocol/index.ts'
import type { Claim, TaskSpec } from '../../../src/protocol/index.ts'
import { runQuorate } from '../../support/cli/run-quorate.ts'
import { postedModel } from '../../support/posted-model.ts'
import type { PostedModel } from '../../support/posted-model.ts'
import { hash, WINDOWS } from '../chain/harness.ts'
import type { TestChain } from '../chain/harness.ts'

const COMMIT = '0123456789abcdef0123456789abcdef01234567'
const FINGERPRINTS = [hash('labels'), hash('images')]

let posted: PostedModel
let on: TestChain
let folder: string
let task: bigint
let spec: TaskSpec
let claim: Claim
let weights: string

/** Registers and reads on the chain of this test. */
const model = async (...args: string[]) => runQuorate('model', ...args, '--rpc', on.anvil.rpcUrl, '--ledger', on.contracts.ledger)

beforeAll(async () => {
  posted = await postedModel()
  ;({ on, folder, task, spec, claim, weights } = posted)
  await writeFile(join(folder, 'LICENCE'), 'do as you like')
  await createKeyFile(join(folder, 'operator.key'), on.hot(1).privateKey)
}, 120_000)
afterAll(async () => posted[Symbol.asyncDispose]())

it('names the claim of a file with weights when it is final, and no other file', async () => {
  expect(await model('verify', weights)).toMatchObject({ code: 4, last: { code: 'ROUND_NOT_FINAL' } })
  await on.pass(WINDOWS.challenge)
  const digest = await digestOfFile(weights)
  expect(await model('verify', weights)).toMatchObject({
    code: 0,
    last: {
      event: 'verified',
      ok: true,
      task: String(task),
      round: '1',
      id: claimHash(task, 1n, claim),
      modelRoot: claim.modelRoot,
      final: true,
      sha256: digest.slice(2),
      contentAddress: contentAddress(digest),
    },
  })
  const changed = join(folder, 'changed.safetensors')
  await copyFile(weights, changed)
  const bytes = await readFile(changed)
  bytes[bytes.length - 1]! ^= 1
  await writeFile(changed, bytes)
  expect(await model('verify', changed)).toMatchObject({ code: 5, last: { code: 'MODEL_NOT_FOUND' } })
  expect(await model('verify', join(folder, 'LICENCE'))).toMatchObject({ last: { code: 'CONFIG_INVALID' } })
  expect(await model('verify', weights, '--task', '9')).toMatchObject({ last: { ok: false } })
}, 180_000)

it('registers the file with the model, and writes cards whose lines are those of the chain', async () => {
  const register = async (file: string) => {
    const what = ['--code', COMMIT, '--licence', join(folder, 'LICENCE'), '--weights', file]
    const by = ['--registry', on.deployment.registry, '--key-file', join(folder, 'operator.key')]
    return model('register', String(task), '1', ...by, ...what, ...FINGERPRINTS.flatMap((one) => ['--fingerprint', one]))
  }
  expect(await register(join(folder, 'changed.safetensors'))).toMatchObject({ code: 8, last: { code: 'CARD_MISMATCH' } })
  expect(await register(weights)).toMatchObject({ code: 0, last: { ok: true, registered: 2 } })

  const all = ['--registry', on.deployment.registry, '--evidence', join(folder, 'evidence'), '--weights', weights]
  const said = [...FINGERPRINTS.flatMap((one) => ['--fingerprint', one]), '--licence', join(folder, 'LICENCE')]
  const { code, last } = await model('card', String(task), '1', ...all, ...said)
  expect(code).toBe(0)
  const facts = Object.fromEntries((last['facts'] as Fact[]).map(({ name, value }) => [name, value]))
  const digest = await digestOfFile(weights)
  expect(facts).toMatchObject({
    'chain id': String(on.chain.chainId),
    task: String(task),
    round: '1',
    claim: claimHash(task, 1n, claim),
    final: 'true',
    'model root': claim.modelRoot,
    'trained from': claim.parent,
    evidence: claim.evidence,
    'models back to genesis': '2',
    'genesis root': spec.genesisModelRoot,
    specification: specHash(spec),
    'task document': spec.document,
    registry: on.deployment.registry,
    'data sets': fingerprintsRoot(FINGERPRINTS),
    'data set 1': FINGERPRINTS[0],
    code: commitWord(COMMIT),
    licence: keccak256(new TextEncoder().encode('do as you like')),
    'licence file': 'LICENCE',
    'registered weights': contentAddress(digest),
    'content address': contentAddress(digest),
    'SHA-256 of the weights': digest.slice(2),
  })
  expect(facts['training']).toContain('"model"')
  for (const { name, value } of last['facts'] as Fact[]) expect(last['card'], name).toContain(value)

  const out = join(folder, 'bom.json')
  await model('card', String(task), claim.modelRoot, ...all, ...said, '--format', 'cyclonedx', '--out', out)
  const bom = JSON.parse(await readFile(out, 'utf8'))
  const properties = new Map(
    bom.metadata.component.properties.map((one: { name: string; value: string }) => [one.name, one.value]),
  )
  for (const { name, value, check } of last['facts'] as Fact[]) {
    expect(properties.get(`quorate:${name}`)).toBe(value)
    expect(properties.get(`quorate:${name}:check`)).toBe(check)
  }
}, 180_000)

it('writes nothing that differs from what was registered', async () => {
  const registry = ['--registry', on.deployment.registry]
  await writeFile(join(folder, 'OTHER'), 'pay me')
  for (const more of [
    ['--fingerprint', FINGERPRINTS[0]!],
    ['--licence', join(folder, 'OTHER')],
    ['--weights', join(folder, 'changed.safetensors')],
  ])
    expect(await model('card', String(task), '1', ...registry, ...more)).toMatchObject({
      code: 8,
      last: { code: 'CARD_MISMATCH' },
    })
  expect(await model('card', String(task), '0', '--licence', join(folder, 'LICENCE'))).toMatchObject({
    last: { code: 'CARD_MISMATCH' },
  })
}, 180_000)
