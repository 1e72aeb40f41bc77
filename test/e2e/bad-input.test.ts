import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DEMO_WINDOWS, foundConsortium } from '../../cli/demo/consortium.ts'
import type { Consortium } from '../../cli/demo/consortium.ts'
import { parseDemoFlags } from '../../cli/demo/options.ts'
import { startCoordinator } from '../../coordinator/app.ts'
import type { Coordinator } from '../../coordinator/app.ts'
import { signSession } from '../../participant/join-coordinator.ts'
import { startParticipant } from '../../participant/app.ts'
import { createKeyFile, loadKey, loadKeyFile, readCoordinatorConfig, readMemberConfig } from '../../src/config/index.ts'
import { isQuorateError, noMetrics, silentLogger } from '../../src/core/index.ts'
import { openPeerRecord, peerKeyFromSeed } from '../../src/network/index.ts'
import { accountOf, openAccountKey } from '../../src/account/index.ts'
import { commitmentOf, fromHex, signStatement, toHex, verifyStatement } from '../../src/protocol/index.ts'
import type { Hash } from '../../src/protocol/index.ts'
import { createCoordinatorClient } from '../../src/rpc/index.ts'
import { runQuorate } from '../support/cli/run-quorate.ts'
import type { CommandRun } from '../support/cli/run-quorate.ts'

const TASK = 1n
const ROUND = 1n

let folder: string
let consortium: Consortium
let coordinator: Coordinator

/** A command that fails. */
async function quorate(...args: string[]): Promise<CommandRun> {
  const ended = await runQuorate(...args)
  if (ended.code === 0) throw new Error(`quorate ${args.join(' ')} succeeded`)
  return ended
}

/** A member's configuration with something changed, beside the original so that relative paths hold. */
async function changedConfig(name: string, change: (text: string) => string): Promise<string> {
  const original = consortium.members[0]!.configPath
  const path = join(original, '..', `${name}.toml`)
  await writeFile(path, change(await readFile(original, 'utf8')))
  return path
}

const codeOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work
    return 'no error'
  } catch (error) {
    return isQuorateError(error) ? error.code : String(error)
  }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quorate-bad-'))
  const flags = {
    members: 3,
    rounds: 2,
    attack: ['none'],
    rule: 'nnmGm',
    model: 'mlp',
    partition: 'shards:2',
    backend: 'wasm',
    seed: 1,
    json: true,
    keep: false,
  }
  consortium = await foundConsortium({
    ...parseDemoFlags(flags),
    // The first round takes commitments for as long as the tests last, on however busy a machine.
    windows: { ...DEMO_WINDOWS, commit: 12 * 3600 },
    folder,
    logger: silentLogger,
    onStep: () => {},
    signal: AbortSignal.timeout(400_000),
  })
  const config = await readCoordinatorConfig(consortium.operator.configPath)
  coordinator = await startCoordinator(
    {
      chain: config.chain,
      task: {
        id: config.task.id,
        specPath: config.task.spec,
        documentPath: config.task.document,
        genesisPath: config.task.genesis,
      },
      operatorKey: await openAccountKey(config.keys.operator),
      peerSeed: await loadKey(config.keys.peer),
      grpc: config.grpc,
      p2p: config.p2p,
      dataFolder: config.state.folder,
      logger: silentLogger,
      metrics: noMetrics,
    },
    AbortSignal.timeout(400_000),
  )
})

afterAll(async () => {
  await coordinator[Symbol.asyncDispose]()
  await consortium.chain.close()
  await consortium.anvil.stop()
  await rm(folder, { recursive: true, force: true })
})

describe('the command line answers bad input with a code, an exit code and advice', () => {
  it('malformed, missing and unknown configuration', async () => {
    const broken = await quorate(
      'member',
      'run',
      '--config',
      await changedConfig('broken', (text) => text.replace('chainId', 'chainIdd')),
    )
    expect(broken).toMatchObject({ code: 2, last: { code: 'CONFIG_INVALID' } })
    expect(broken.stderr).toContain('chain.chainId')
    expect(await quorate('member', 'run', '--config', join(folder, 'nowhere.toml'))).toMatchObject({
      code: 2,
      last: { code: 'CONFIG_NOT_FOUND' },
    })
    expect(await quorate('member', 'run')).toMatchObject({ code: 2, last: { code: 'USAGE' } })
    expect(await quorate('demo', '--attack', 'magic')).toMatchObject({ code: 2, last: { code: 'FLAG_INVALID' } })
    expect(await quorate('demo', '--attack', 'sign-flip:4')).toMatchObject({ code: 2, last: { code: 'FLAG_INVALID' } })
  })

  it('wrong chain, unreachable node, no ledger', async () => {
    const other = await changedConfig('chain', (text) => text.replace(/chainId = \d+/, 'chainId = 1'))
    expect(await quorate('member', 'run', '--config', other)).toMatchObject({ code: 3, last: { code: 'CHAIN_ID_MISMATCH' } })
    // A node waits for the chain (interrupted-start.test.ts); a command that only reads does not.
    const away = ['--rpc', 'http://127.0.0.1:1', '--ledger', consortium.contracts.ledger]
    expect(await quorate('status', ...away)).toMatchObject({ code: 3, last: { code: 'RPC_UNREACHABLE' } })
    expect(await quorate('audit', ...away, '--evidence', folder)).toMatchObject({ code: 3, last: { code: 'RPC_UNREACHABLE' } })
    const wrong = ['--rpc', consortium.anvil.rpcUrl, '--ledger', consortium.members[0]!.owner]
    expect(await quorate('status', ...wrong)).toMatchObject({ code: 3, last: { code: 'CONTRACT_NOT_FOUND' } })
  })

  it('keys that are unregistered, unreadable or without tokens', async () => {
    await createKeyFile(join(folder, 'member-0', 'stranger.key'))
    const stranger = await changedConfig('stranger', (text) =>
      text.replace('operator = "operator.key"', 'operator = "stranger.key"'),
    )
    expect(await quorate('member', 'run', '--config', stranger)).toMatchObject({ code: 4, last: { code: 'KEY_NOT_REGISTERED' } })
    await writeFile(join(folder, 'member-0', 'bad.key'), 'not a key', { mode: 0o600 })
    const bad = await changedConfig('bad', (text) => text.replace('operator = "operator.key"', 'operator = "bad.key"'))
    expect(await quorate('member', 'run', '--config', bad)).toMatchObject({ code: 2, last: { code: 'KEY_INVALID' } })
    const poor = consortium.members[0]!.configPath
    expect(await quorate('member', 'join', '--config', poor, '--amount', '5000')).toMatchObject({
      code: 4,
      last: { code: 'TOKEN_BALANCE_TOO_LOW' },
    })
    const unfunded = await changedConfig('unfunded', (text) => text.replace('owner = "owner.key"', 'owner = "stranger.key"'))
    const { last } = await quorate('member', 'leave', '--config', unfunded)
    expect(['INSUFFICIENT_FUNDS', 'TRANSACTION_REVERTED']).toContain(last['code'])
    expect(await quorate('member', 'claim', '--config', poor)).toMatchObject({ code: 4, last: { code: 'NOTHING_TO_CLAIM' } })
  })

  it('a state folder in use, another task than the coordinator offers, a back end that is not there', async () => {
    expect(await quorate('coordinator', 'run', '--config', consortium.operator.configPath)).toMatchObject({
      code: 7,
      last: { code: 'STORAGE_LOCKED' },
    })
    const other = await changedConfig('other-task', (text) => text.replace(/^id = 1$/m, 'id = 2'))
    expect(await quorate('member', 'run', '--config', other)).toMatchObject({
      code: 2,
      last: { code: 'TASK_MISMATCH', details: { wanted: '2', offered: '1' } },
    })
    const gpu = await changedConfig('gpu', (text) => text.replace('backend = "wasm"', 'backend = "tfjs-node-gpu"'))
    expect(await quorate('member', 'run', '--config', gpu)).toMatchObject({ code: 5, last: { code: 'BACKEND_UNAVAILABLE' } })
  })
})

it('where a member listens is known to the others before it has handed anything in', async () => {
  const config = await readMemberConfig(consortium.members[2]!.configPath)
  const client = createCoordinatorClient({
    address: coordinator.address,
    tls: { ca: await readFile(coordinator.certificatePath, 'utf8') },
  })
  await using member = await startParticipant(
    {
      chain: config.chain,
      task: config.task.id,
      operatorKey: await openAccountKey(config.keys.operator),
      peerSeed: await loadKey(config.keys.peer),
      coordinators: config.coordinator.map(({ address, ca }) => ({ address, caPath: ca })),
      p2p: config.p2p,
      dataFolder: config.state.folder,
      watch: false,
      logger: silentLogger,
      metrics: noMetrics,
    },
    AbortSignal.timeout(400_000),
  )
  const [address] = member.node.network.addresses()
  let told: Uint8Array[] = []
  // The operator's own record comes first.
  while (told.length < 2) {
    told = (await client.getTask()).peerRecords
    await delay(250)
  }
  expect((await openPeerRecord(told[1]!)).addresses).toEqual([address])
  client.close()
})

describe('the coordinator refuses what is not right and stays up', () => {
  it('sessions of strangers, with wrong keys or signatures; commitments that are forged, conflicting or for another round', async () => {
    const { ledger } = consortium.contracts
    const domain = { chainId: consortium.anvil.chainId, ledger }
    const [member, other] = consortium.members
    const home = join(member!.configPath, '..')
    const account = privateKeyToAccount(await loadKeyFile(join(home, 'operator.key')))
    const peerKey = await peerKeyFromSeed(fromHex(await loadKeyFile(join(home, 'peer.key'))))
    const client = createCoordinatorClient({
      address: coordinator.address,
      tls: { ca: await readFile(coordinator.certificatePath, 'utf8') },
    })
    const target = await client.joinTarget()
    expect(target.operator).toBe(consortium.operator.owner.toLowerCase())
    const join_ = async (who: Hash, key: Hash, signer = account): Promise<unknown> =>
      client.join(await signSession(domain, target, { member: who, peerKey: key, account: signer, record: new Uint8Array() }))
    const commit = async (options: { who?: Hash; round?: bigint; salt?: Hash; signer?: typeof account }): Promise<Hash> => {
      const { who = member!.owner, round = ROUND, salt = `0x${'01'.repeat(32)}`, signer = account } = options
      const commitment = commitmentOf(TASK, round, who, `0x${'02'.repeat(32)}`, salt)
      const body = { task: TASK, round, member: who, commitment }
      const signature = await signStatement(domain, 'Commitment', body, signer)
      const { receipt } = await client.commit({
        commitment: { task: TASK, round, member: fromHex(who), commitment: fromHex(commitment), signature: fromHex(signature) },
      })
      const operator = (await readCoordinatorConfig(consortium.operator.configPath)).keys.operator
      const operatorKey = accountOf(await openAccountKey(operator)).address
      expect(await verifyStatement(domain, 'Receipt', body, toHex(receipt!.signature), operatorKey)).toBe(true)
      return commitment
    }
    const stranger = privateKeyToAccount(`0x${'77'.repeat(32)}`)
    expect(await codeOf(commit({}))).toBe('SESSION_EXPIRED')
    expect(await codeOf(join_(stranger.address, peerKey))).toBe('KEY_NOT_BONDED')
    expect(await codeOf(join_(member!.owner, `0x${'09'.repeat(32)}`))).toBe('KEY_NOT_REGISTERED')
    expect(await codeOf(join_(member!.owner, peerKey, stranger))).toBe('SIGNATURE_INVALID')
    expect(await codeOf(join_(member!.owner, peerKey))).toBe('no error')
    expect(await codeOf(commit({ who: other!.owner }))).toBe('SIGNATURE_INVALID')
    expect(await codeOf(commit({ signer: stranger }))).toBe('SIGNATURE_INVALID')
    expect(await codeOf(commit({ round: 9n }))).toBe('MESSAGE_WRONG_ROUND')
    expect(await codeOf(client.commit({}))).toBe('MESSAGE_MALFORMED')
    const first = await commit({})
    // A retry after a lost receipt gets the same receipt; another commitment does not.
    expect(await commit({})).toBe(first)
    expect(await codeOf(commit({ salt: `0x${'03'.repeat(32)}` }))).toBe('MESSAGE_CONFLICT')
    const { value: view } = await client.watchRounds({ signal: AbortSignal.timeout(400_000) }).next()
    expect(view.committed).toBe(1)
    expect(await codeOf(client.getBlob(new Uint8Array(32), { maxBytes: 1000 }))).toBe('BLOB_NOT_FOUND')
    client.close()
  })
})
