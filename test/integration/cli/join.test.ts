import { execFileSync } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile, readdir } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startCoordinator } from '../../../coordinator/app.ts'
import { freePorts } from '../../../cli/demo/free-port.ts'
import { joinByInvitation } from '../../../participant/join/join-by-invitation.ts'
import type { Joined, JoinOptions } from '../../../participant/join/join-by-invitation.ts'
import { connectChain, findContracts, readAccount, startAnvil } from '../../../src/chain/index.ts'
import type { Anvil } from '../../../src/chain/index.ts'
import { createKeyFile, loadKey, loadKeyFile, readCoordinatorConfig, readMemberConfig } from '../../../src/config/index.ts'
import { noMetrics, silentLogger } from '../../../src/core/index.ts'
import { openAccountKey } from '../../../src/account/index.ts'
import type { Address } from '../../../src/protocol/index.ts'
import { patients } from '../../support/cli/patients.ts'
import { runQuorate } from '../../support/cli/run-quorate.ts'
import type { CommandRun } from '../../support/cli/run-quorate.ts'

const ROOT = resolve(import.meta.dirname, '../../..')
const STAKE = 100n * 10n ** 18n

let anvil: Anvil
let folder: string
let grpc: string
let deployed: CommandRun
const at = (...path: string[]): string => join(folder, ...path)
const joinTask = async (name: string, ...args: string[]): Promise<CommandRun> =>
  runQuorate('member', 'join', at('invitation.json'), '--out', at(name), '--no-wait', ...args)

const otherDigit = (digit: string): string => (digit === '0' ? '1' : '0')

/** The same in this process. */
const joinHere = async (options: Pick<JoinOptions, 'invitation' | 'out'> & Partial<JoinOptions>): Promise<Joined> =>
  joinByInvitation({ gas: '0.1', wait: false, story: () => {}, signal: AbortSignal.timeout(240_000), ...options })

beforeAll(async () => {
  anvil = await startAnvil({ accounts: 3, mining: 'automine' })
  folder = await mkdtemp(join(tmpdir(), 'quorate-join-'))
  await createKeyFile(at('founder.key'), anvil.accounts[0]!.privateKey)
  await writeFile(at('founder.csv'), patients('founder'))
  await writeFile(at('alice.csv'), patients('alice'))
  await writeFile(
    at('other.csv'),
    patients('other', 60, (row) => [...row.slice(0, 3), 'maybe']),
  )
  const port = (await freePorts(1))[0]!
  grpc = `127.0.0.1:${port}`
  const data = ['--data', at('founder.csv')]
  await runQuorate('task', 'init', at('wards'), ...data, '--target', 'readmitted')
  const about = ['--rpc', anvil.rpcUrl, '--key-file', at('founder.key'), '--out', at('operator'), '--grpc', `0.0.0.0:${port}`]
  deployed = await runQuorate('deploy', ...about, '--task-file', at('wards/task.toml'), ...data, '--backend', 'wasm')
}, 240_000)
afterAll(async () => {
  await anvil?.stop()
  await rm(folder, { recursive: true, force: true })
})

it('a task file with windows that the deployment refuses says so before anything is sent', async () => {
  const file = at('wards/task.toml')
  const text = await readFile(file, 'utf8')
  await writeFile(at('wards/short.toml'), text.replace('commit = 600', 'commit = 95'))
  const { chain } = await readCoordinatorConfig(at('operator/coordinator.toml'))
  const where = ['--rpc', anvil.rpcUrl, '--ledger', chain.ledger]
  const about = ['--data', at('founder.csv'), '--backend', 'wasm', ...where]
  const refused = { code: 2, last: { code: 'FLAG_INVALID', details: { option: 'windows.commit', least: 96 } } }
  expect(await runQuorate('task', 'check', at('wards/short.toml'), ...about)).toMatchObject(refused)
  const create = ['--task-file', at('wards/short.toml'), '--key-file', at('founder.key'), '--out', at('second')]
  expect(await runQuorate('task', 'create', ...create, ...about)).toMatchObject(refused)
  expect(existsSync(at('second'))).toBe(false)
})

describe('an invitation', () => {
  it('needs an address that members can dial', async () => {
    expect(deployed).toMatchObject({ code: 0, last: { event: 'deployed', task: '1' } })
    expect(deployed.last['invitation']).toBeUndefined()
    const made = await runQuorate('invite', '--config', at('operator/coordinator.toml'), '--out', at('nowhere.json'))
    expect(made).toMatchObject({ code: 2, last: { code: 'FLAG_INVALID' } })
    expect(String(made.last['message'])).toMatch(/^--address: nobody can dial 0\.0\.0\.0/)
  })

  it('holds the operators, the task and what to stake, and no key', async () => {
    const made = await runQuorate(
      'invite',
      '--config',
      at('operator/coordinator.toml'),
      '--address',
      grpc,
      '--out',
      at('invitation.json'),
    )
    expect(made).toMatchObject({ code: 0, last: { event: 'invitation', task: '1', stake: '100' } })
    const text = await readFile(at('invitation.json'), 'utf8')
    for (const name of ['operator.key', 'peer.key'])
      expect(text).not.toContain((await loadKeyFile(at('operator', name))).slice(2))
    expect(text).not.toContain('PRIVATE')
  })
})

describe('quorate member join with an invitation', () => {
  it.each([
    ['another vault', (text: string) => text.replace(/"vault": "0x..../, '"vault": "0x0000'), 'INVITATION_INVALID'],
    ['another certificate', (text: string) => text.replace(/(?<="fingerprint": ")./, otherDigit), 'INVITATION_INVALID'],
    [
      'another document',
      (text: string) => text.replace(String.raw`\"readmitted\"`, String.raw`\"dismissed\"`),
      'INVITATION_INVALID',
    ],
    ['less stake than the vault takes', (text: string) => text.replace('"stake": "100"', '"stake": "1"'), 'INVITATION_INVALID'],
    ['an end in the past', (text: string) => text.replace(/"joinBy": "20../, '"joinBy": "2001'), 'INVITATION_EXPIRED'],
  ])('refuses %s before it writes anything', async (_, change, code) => {
    const text = await readFile(at('invitation.json'), 'utf8')
    expect(change(text)).not.toBe(text)
    await writeFile(at('changed.json'), change(text))
    await expect(joinHere({ invitation: at('changed.json'), out: at('changed'), data: at('alice.csv') })).rejects.toMatchObject({
      code,
    })
    expect(existsSync(at('changed'))).toBe(false)
  })

  it('refuses data with labels that the task lacks, and names them, before anything is staked', async () => {
    const invited = { invitation: at('invitation.json'), out: at('other') }
    await expect(joinHere({ ...invited, data: at('other.csv') })).rejects.toMatchObject({
      code: 'DATA_LABEL_UNKNOWN',
      message: expect.stringMatching(/nothing was staked.*"maybe".*no, yes.*other\.csv/) as string,
    })
    await expect(joinHere(invited)).rejects.toMatchObject({ code: 'USAGE' })
    expect(existsSync(at('other'))).toBe(false)
  })

  it('says what to fund, goes on where it stood, and does nothing twice', async () => {
    const first = await joinTask('alice', '--data', at('alice.csv'))
    expect(first).toMatchObject({ code: 4, last: { code: 'FUNDS_MISSING' } })
    const { owner, tokens } = first.last['details'] as { owner: Address; tokens: string }
    // The stake and the joining fee.
    expect(BigInt(tokens)).toBe(STAKE + 10n ** 18n)
    expect(String(first.last['message'])).toContain(owner)

    const second = await joinTask('alice', '--data', at('alice.csv'), '--development-key', at('founder.key'))
    expect(second).toMatchObject({ code: 0, last: { event: 'joined', owner, data: { train: expect.any(Number) as number } } })
    const third = await joinHere({ invitation: at('invitation.json'), out: at('alice'), data: at('alice.csv') })
    expect(third.result).toMatchObject({ event: 'joined', owner })
    const config = await readMemberConfig(at('alice/member.toml'))
    expect(config.training.datasetDir).toBe(at('alice.csv'))
    await using chain = await connectChain({ rpcUrl: anvil.rpcUrl, chainId: anvil.chainId, logger: silentLogger })
    const { vault } = await findContracts(chain, { ledger: config.chain.ledger })
    const account = await readAccount(chain, { vault, task: 1n, owner })
    expect(account).toMatchObject({ allocated: STAKE, free: 0n, role: 'member' })

    const other = joinHere({ invitation: at('invitation.json'), out: at('alice'), data: at('founder.csv') })
    await expect(other).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })

  it('does not change a certificate that is pinned', async () => {
    const [file] = await readdir(at('alice/operators'))
    const path = at(`alice/operators/${file}`)
    const pinned = await readFile(path, 'utf8')
    await writeFile(path, `${pinned} `)
    const again = joinHere({ invitation: at('invitation.json'), out: at('alice'), data: at('alice.csv') })
    await expect(again).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('fingerprint') as string,
    })
    expect(await readFile(path, 'utf8')).toBe(`${pinned} `)
    await writeFile(path, pinned)
  })
})

describe('quorate member join with an address', () => {
  it('shows the certificate, and goes on when its fingerprint is confirmed', async () => {
    const { chain, task, keys, state, ...config } = await readCoordinatorConfig(at('operator/coordinator.toml'))
    await using operator = await startCoordinator(
      {
        chain,
        task: { id: task.id, specPath: task.spec, documentPath: task.document, genesisPath: task.genesis },
        operatorKey: await openAccountKey(keys.operator),
        peerSeed: await loadKey(keys.peer),
        grpc: { ...config.grpc, listen: '127.0.0.1:0' },
        p2p: { listen: ['/ip4/127.0.0.1/tcp/0'] },
        dataFolder: state.folder,
        logger: silentLogger,
        metrics: noMetrics,
      },
      AbortSignal.timeout(120_000),
    )
    const asked = { invitation: `tcp://${operator.address}`, rpc: [anvil.rpcUrl], data: at('alice.csv'), out: at('bob') }
    const text = await readFile(at('invitation.json'), 'utf8')
    const { fingerprint } = (JSON.parse(text) as { operators: { fingerprint: string }[] }).operators[0]!
    const unconfirmed = { code: 'CERTIFICATE_UNCONFIRMED', details: { address: operator.address, fingerprint } }
    await expect(joinHere(asked)).rejects.toMatchObject(unconfirmed)
    await expect(joinHere({ ...asked, fingerprint: fingerprint.replace(/^./, otherDigit) })).rejects.toMatchObject(unconfirmed)
    const { result } = await joinHere({ ...asked, fingerprint, developmentKey: at('founder.key') })
    expect(result).toMatchObject({ event: 'joined', task: 1n })
  })
})

describe('the keys that the commands above wrote into a clone', () => {
  it('are neither added to git nor packed by npm', async () => {
    const files = await readdir(folder, { recursive: true, withFileTypes: true })
    const paths = files.filter((file) => file.isFile()).map((file) => relative(folder, join(file.parentPath, file.name)))
    const texts = await Promise.all(paths.map(async (path) => [path, await readFile(at(path), 'latin1')] as const))
    const secrets = texts.filter(([, text]) => /^0x[0-9a-f]{64}\s*$|PRIVATE KEY/.test(text)).map(([path]) => path)
    expect(secrets).toEqual(
      expect.arrayContaining(['founder.key', 'operator/operator.key', 'operator/state/tls/tls-key.pem', 'alice/keys/peer.key']),
    )
    // A clone in which they were written, and whose sources are one file.
    execFileSync('git', ['init', '--quiet', folder])
    for (const file of ['package.json', '.gitignore']) await cp(join(ROOT, file), at(file))
    for (const path of [...secrets, 'main.ts']) {
      await mkdir(dirname(at('cli', path)), { recursive: true })
      await writeFile(at('cli', path), 'secret')
    }
    const hidden = [...secrets, ...secrets.map((path) => join('cli', path))]
    execFileSync('git', ['-C', folder, 'add', '.'])
    const added = execFileSync('git', ['-C', folder, 'ls-files'], { encoding: 'utf8' }).split('\n')
    expect(added).toEqual(expect.arrayContaining(['cli/main.ts', 'operator/coordinator.toml']))
    expect(added.filter((path) => hidden.includes(path))).toEqual([])
    const answer = execFileSync('npm', ['pack', '--dry-run', '--ignore-scripts', '--json'], { cwd: folder, encoding: 'utf8' })
    const packed = (JSON.parse(answer) as [{ files: { path: string }[] }])[0].files.map(({ path }) => path)
    expect(packed).toContain('cli/main.ts')
    expect(packed.filter((path) => hidden.includes(path))).toEqual([])
  })
})
