import { appendFile, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Consortium } from '../../cli/demo/consortium.ts'
import { roundContext } from '../../src/observe/traces/index.ts'
import type { PeersStatus } from '../../cli/status/read-peers.ts'
import { evidencePath, MANIFEST_FILE } from '../../src/replay/index.ts'
import { runQuorate } from '../support/cli/run-quorate.ts'
import type { CommandRun } from '../support/cli/run-quorate.ts'
import { readEventFile } from '../support/read-event-file.ts'
import { TraceCollector } from '../support/trace-collector.ts'
import type { Programs } from './support/programs.ts'
import { from, roundOf, RunningConsortium } from './support/running-consortium.ts'
import { LONG } from '../support/long.ts'

let running: RunningConsortium
let consortium: Consortium
let programs: Programs
let collector: TraceCollector

beforeAll(async () => {
  running = await RunningConsortium.found({ members: 3, rule: 'mean' })
  ;({ consortium, programs } = running)
  for (const { configPath } of consortium.members) {
    const config = await readFile(configPath, 'utf8')
    const shared = config.replace(/^evaluate = .*$/m, '').replace(/^\[training\]$/m, '[training]\nshareEvaluation = true')
    await writeFile(configPath, shared)
  }
  const { configPath } = consortium.members[1]!
  await appendFile(configPath, `\n[tracking]\ntensorboard = ${JSON.stringify(running.path('runs'))}\n`)
  collector = await TraceCollector.start()
  for (const { configPath } of [consortium.operator, ...consortium.members])
    await appendFile(configPath, `\n[traces]\nendpoint = ${JSON.stringify(collector.endpoint)}\n`)
  await running.startOperator()
  running.startMembers()
})

afterAll(async () => {
  await running[Symbol.asyncDispose]()
  await collector[Symbol.asyncDispose]()
})

it.runIf(LONG)(
  'exports the model of a running member, and of one that lost its data: from its operator, by the root',
  async () => {
    const replayed = await programs.event('member-0 replays', from('member-0', 'replayed'))
    const { configPath } = consortium.members[0]!
    const config = await readFile(configPath, 'utf8')
    const text = config.replace(/^folder = .*$/m, `folder = ${JSON.stringify(running.path('emptied'))}`)
    expect(text).not.toBe(config)
    await writeFile(join(configPath, '../emptied.toml'), text)
    const files: Buffer[] = []
    for (const [index, path] of [configPath, join(configPath, '../emptied.toml')].entries()) {
      const out = running.path(`${index}.safetensors`)
      const about = [String(consortium.task), String(replayed['modelRoot']), '--config', path]
      const run = await runQuorate('model', 'export', ...about, '--format', 'safetensors', '--out', out)
      expect(run.last).toMatchObject({ ok: true, modelRoot: replayed['modelRoot'], parameters: 101_770 })
      files.push(await readFile(out))
    }
    expect(files[0]!.equals(files[1]!)).toBe(true)
  },
  900_000,
)

it.runIf(LONG)(
  'writes the rounds of a running member for TensorBoard',
  async () => {
    const replayed = await programs.event('member-1 replays', from('member-1', 'replayed'))
    const trained = programs.events.find(from('member-1', 'trained'))!
    const [name] = await readdir(running.path('runs'))
    const of = async (tag: string): Promise<number | undefined> => {
      const { values } = readEventFile(await readFile(join(running.path('runs'), name!)))
      return values.find((value) => value.tag === tag && value.step === Number(replayed['round']))?.value
    }
    await expect.poll(async () => of('updates/accepted'), { timeout: 60_000 }).toBe(3)
    expect(await of('training/loss')).toBeCloseTo(Number(trained['loss']), 4)
    expect(await of('rewards/total')).toBeGreaterThan(0)
  },
  900_000,
)

it.runIf(LONG)(
  'shows what all members measured, signed, with spread and the best round',
  async () => {
    const { owner } = consortium.members[2]!
    const heard = await programs.event(
      'member-0 hears what member-2 measured',
      (one) => one.event === 'memberEvaluated' && one.from === 'member-0' && one['member'] === owner.toLowerCase(),
    )
    await programs.event(
      'member-0 hears of itself, too',
      (one) =>
        one.event === 'memberEvaluated' &&
        one.from === 'member-0' &&
        one['member'] === consortium.members[0]!.owner.toLowerCase() &&
        one['round'] === heard['round'],
    )
    // A task that names no metrics shares the usual ones only.
    expect(Object.keys(heard['metrics'] as object)).toEqual(['accuracy', 'loss'])
    const page = running.path('page.html')
    const run = await runQuorate(
      'model',
      'evaluations',
      String(consortium.task),
      '--config',
      consortium.members[0]!.configPath,
      '--html',
      page,
    )
    expect(run.last).toMatchObject({ event: 'evaluations', ok: true, best: { metric: 'accuracy', mayStop: false } })
    const rounds = run.last['rounds'] as { round: string; members: number; evaluations: { member: string }[] }[]
    const round = rounds.find((one) => one.round === String(heard['round']))!
    expect(round.members).toBe(3)
    expect(round.evaluations.map(({ member }) => member)).toContain(owner.toLowerCase())
    expect(run.last['own']).toMatchObject({ confusion: expect.any(Array), metrics: { f1: expect.any(Number) } })
    expect(await readFile(page, 'utf8')).toContain('<h2>This member in round')
    const { configPath, dataFolder } = consortium.members[0]!
    const status = await runQuorate('status', '--config', configPath)
    expect(status.last).toMatchObject({
      ok: true,
      evaluations: expect.arrayContaining([expect.objectContaining({ members: 3 })]),
    })
    const runs = running.path('replayed')
    const chain = ['--rpc', consortium.anvil.rpcUrl, '--ledger', consortium.contracts.ledger, '--task', String(consortium.task)]
    const exported = await runQuorate('task', 'export-run', ...chain, '--state', dataFolder, '--tensorboard', runs)
    expect(exported.last).toMatchObject({ event: 'runExported', ok: true })
    const { values } = readEventFile(await readFile(join(runs, (await readdir(runs))[0]!)))
    const tracked = values.find(({ tag, step }) => tag === 'members/accuracy/mean' && step === Number(heard['round']))
    expect(tracked!.value).toBeGreaterThan(0.1)
  },
  900_000,
)

it.runIf(LONG)(
  'says where every node can be dialled, as the operators tell a member and an operator',
  async () => {
    for (const { configPath } of [consortium.members[2]!, consortium.operator]) {
      const { last } = await runQuorate('status', '--config', configPath)
      const { operators, peers } = last['peers'] as PeersStatus
      expect(operators).toEqual([{ address: consortium.operator.grpc.address, failure: null }])
      const known = peers.map(({ owner, role }) => `${role} ${owner?.toLowerCase()}`)
      const members = consortium.members.map(({ owner }) => `member ${owner.toLowerCase()}`)
      expect(known.toSorted()).toEqual([...members, `operator ${consortium.operator.owner.toLowerCase()}`].toSorted())
      for (const { addresses, relayed } of peers) {
        expect(addresses).toEqual([expect.stringMatching(/^\/ip4\/127\.0\.0\.1\/tcp\/\d+\/p2p\/12D3Koo/)])
        expect(relayed).toBe(false)
      }
    }
  },
  900_000,
)

it.runIf(LONG)(
  'audits with the evidence that the operator serves, and fetches only what the folder lacks',
  async () => {
    const replayed = await programs.event('member-2 replays', from('member-2', 'replayed'))
    const { configPath } = consortium.members[2]!
    const folder = running.path('fetched')
    const audit = async (): Promise<CommandRun> => runQuorate('audit', '--config', configPath, '--pending', '--fetch', folder)
    const first = await audit()
    expect(first.last, String(first.last['message'])).toMatchObject({ event: 'audit', ok: true, match: true })
    expect(Number(first.last['rounds'])).toBeGreaterThanOrEqual(Number(roundOf(replayed)))
    const one = evidencePath(folder, consortium.task, 1n)
    const before = await stat(join(one, MANIFEST_FILE))
    // As after an interruption: without its manifest a round is not whole.
    const lost = (await readdir(one)).filter((name) => name.endsWith('.q8'))[0]!
    const kept = await stat(join(one, 'record.json'))
    for (const name of [lost, MANIFEST_FILE]) await rm(join(one, name))
    expect((await audit()).last).toMatchObject({ ok: true, match: true })
    expect((await stat(join(one, MANIFEST_FILE))).ino).not.toBe(before.ino)
    expect((await stat(join(one, 'record.json'))).mtimeMs).toBe(kept.mtimeMs)
    const operators = await runQuorate('audit', '--config', consortium.operator.configPath, '--fetch', folder)
    expect(operators.last).toMatchObject({ ok: false, code: 'USAGE' })
  },
  900_000,
)

it.runIf(LONG)(
  'traces a round: what the operator and all members did is one trace, without keys, paths or data',
  async () => {
    const { chain, contracts, task } = consortium
    const agreed = await programs.event('the operator hears enough agreements', from('coordinator', 'agreed'))
    const { traceId } = roundContext({ chainId: chain.chainId, ledger: contracts.ledger, task }, roundOf(agreed))
    const names = (service: string): string[] => [
      ...new Set(collector.spans.filter((span) => span.traceId === traceId && span.service === service).map(({ name }) => name)),
    ]
    await expect
      .poll(() => names('quorate-operator'), { timeout: 60_000 })
      .toEqual(expect.arrayContaining(['seal', 'aggregate', 'claim', 'round']))
    await expect
      .poll(() => names('quorate-member'), { timeout: 60_000 })
      .toEqual(expect.arrayContaining(['train', 'commit', 'reveal', 'attest', 'replay']))
    const trained = collector.spans.filter((span) => span.traceId === traceId && span.name === 'train')
    expect(new Set(trained.map(({ attributes }) => attributes['quorate.member']))).toEqual(
      new Set(consortium.members.map(({ owner }) => owner.toLowerCase())),
    )
    expect(Number(trained[0]!.attributes['quorate.bytes'])).toBeGreaterThan(100_000)
    expect(collector.spans.find(({ name }) => name === 'replay')!.attributes['quorate.verdict']).toBe('match')
    expect(collector.said).not.toContain(running.path(''))
    for (const { configPath } of consortium.members)
      expect(collector.said).not.toContain((await readFile(join(configPath, '../operator.key'), 'utf8')).trim().replace('0x', ''))
  },
  900_000,
)
