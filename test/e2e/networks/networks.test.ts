import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { resolve } from 'node:path'
import { parse, stringify } from 'smol-toml'
import { expect, it } from 'vitest'
import type { CoordinatorConfigInput, MemberConfigInput } from '../../../src/config/index.ts'
import type { ProgramEvent } from '../support/programs.ts'
import { from, LONG_WINDOWS, roundOf, RunningConsortium } from '../support/running-consortium.ts'
import { inside, missing, Namespaces, run } from './namespaces.ts'
import { LONG } from '../../support/long.ts'

/** Rounds that must be posted. */
const ROUNDS = 2
const CHAIN_PORT = 8545
const GRPC_PORT = 7050
const P2P_PORT = 4001
const MEMBERS = ['firewalled', 'home', 'six'] as const
/** Of the coordinator. */
const METRICS = '127.0.0.1:9464'
type Place = 'chain' | 'coordinator' | (typeof MEMBERS)[number]

const CHAIN = { four: '203.0.113.2', six: '2001:db8:1::2' }
const COORDINATOR = { four: '203.0.113.6', six: '2001:db8:2::2' }
const SIX = '2001:db8:3::2'

/**
 *     chain ──────┐            ┌── firewalled   may only dial the chain and the coordinator; nobody may dial it
 *     coordinator ┴─ internet ─┼── provider ── router ── home   behind two routers that hide what is behind them
 *                              └── six          has no IPv4
 */
function build(world: Namespaces): void {
  for (const name of ['internet', 'chain', 'coordinator', 'firewalled', 'provider', 'router', 'home', 'six']) world.add(name)
  const toInternet = (
    at: string,
    device: string,
    four: [string, string] | undefined,
    six: [string, string] | undefined,
  ): void => {
    const of = (side: 0 | 1): string[] => [...(four ? [`${four[side]}/30`] : []), ...(six ? [`${six[side]}/64`] : [])]
    world.link({ at: 'internet', device: `to-${device}`, addresses: of(0) }, { at, device: 'up', addresses: of(1) })
    for (const family of [four, six]) if (family) world.gateway(at, family[0])
  }
  toInternet('chain', 'chain', ['203.0.113.1', CHAIN.four], ['2001:db8:1::1', CHAIN.six])
  toInternet('coordinator', 'operator', ['203.0.113.5', COORDINATOR.four], ['2001:db8:2::1', COORDINATOR.six])
  toInternet('firewalled', 'firewall', ['203.0.113.9', '203.0.113.10'], undefined)
  toInternet('provider', 'provider', ['203.0.113.13', '203.0.113.14'], undefined)
  toInternet('six', 'six', undefined, ['2001:db8:3::1', SIX])
  world.onlyTo('firewalled', [CHAIN.four, COORDINATOR.four])
  world.link(
    { at: 'provider', device: 'inner', addresses: ['100.64.0.1/24'] },
    { at: 'router', device: 'up', addresses: ['100.64.0.2/24'] },
  )
  world.gateway('router', '100.64.0.1')
  world.link(
    { at: 'router', device: 'inner', addresses: ['192.168.1.1/24'] },
    { at: 'home', device: 'up', addresses: ['192.168.1.2/24'] },
  )
  world.gateway('home', '192.168.1.1')
  for (const router of ['provider', 'router']) world.masquerade(router)
}

/** Makes the chain of this machine answer in the namespace `chain`. */
async function bringChain(world: Namespaces, socket: string, port: number, stack: AsyncDisposableStack): Promise<void> {
  const server = createServer((client) => {
    const chain = connect(port, '127.0.0.1')
    client.pipe(chain).pipe(client)
    for (const end of [client, chain]) end.on('error', () => [client, chain].forEach((other) => other.destroy()))
  }).listen(socket)
  stack.defer(() => void server.close())
  await once(server, 'listening')
  const forward = resolve(import.meta.dirname, 'forward.ts')
  const [command, ...args] = [...inside(world.name('chain')), process.execPath, forward, String(CHAIN_PORT), socket]
  const forwarder = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  stack.defer(() => void forwarder.kill())
  await once(forwarder.stdout, 'data')
}

/** Points a configuration file at where chain and coordinator are, as the program sees them. */
async function rewire(path: string, place: Place): Promise<void> {
  const config = parse(await readFile(path, 'utf8')) as unknown as MemberConfigInput & CoordinatorConfigInput
  const host = (of: { four: string; six: string }): string => (place === 'six' ? `[${of.six}]` : of.four)
  config.chain.rpcUrl = `http://${host(CHAIN)}:${CHAIN_PORT}`
  // As `init` and `join` write them; the member behind a firewall leaves the default.
  const everywhere = { listen: [`/ip4/0.0.0.0/tcp/${P2P_PORT}`, `/ip6/::/tcp/${P2P_PORT}`] }
  if (place === 'firewalled') delete config.p2p
  else config.p2p = everywhere
  if (place === 'coordinator') {
    config.grpc = { listen: `[::]:${GRPC_PORT}`, hosts: [COORDINATOR.four, COORDINATOR.six] }
    config.metrics = { listen: METRICS }
  }
  for (const one of [config.coordinator ?? []].flat()) one.address = `${host(COORDINATOR)}:${GRPC_PORT}`
  await writeFile(path, stringify(config))
}

const reason = LONG ? missing() : 'it takes minutes: npm run test:networks'
if (reason) console.warn(`skipped, members in other networks: ${reason}`)

it.skipIf(reason)(
  'a relay-only member, a member behind two NATs and an IPv6-only member finish rounds together',
  { timeout: 1_500_000 },
  async () => {
    await using stack = new AsyncDisposableStack()
    const world = stack.use(new Namespaces())
    build(world)
    const running = stack.use(await RunningConsortium.found({ members: MEMBERS.length, windows: LONG_WINDOWS }))
    const { consortium, programs } = running
    await bringChain(world, running.path('chain.sock'), consortium.anvil.port, stack)
    await rewire(consortium.operator.configPath, 'coordinator')
    programs.start(
      'coordinator',
      ['coordinator', 'run', '--config', consortium.operator.configPath],
      undefined,
      inside(world.name('coordinator')),
    )
    await programs.event('the coordinator starts', from('coordinator', 'started'))
    for (const [index, place] of MEMBERS.entries()) {
      const { configPath } = consortium.members[index]!
      await rewire(configPath, place)
      programs.start(place, ['member', 'run', '--config', configPath], undefined, inside(world.name(place)))
    }

    for (const place of MEMBERS) {
      const told = await programs.event(
        `${place} is behind the relay`,
        (event) => from(place, 'addresses')(event) && event['relays'] === 1,
      )
      const relayed = (told['addresses'] as string[]).filter((address) => address.includes('p2p-circuit'))
      expect(relayed.toSorted()).toEqual([
        expect.stringContaining(`/ip4/${COORDINATOR.four}/tcp/${P2P_PORT}/p2p/`),
        expect.stringContaining(`/ip6/${COORDINATOR.six}/tcp/${P2P_PORT}/p2p/`),
      ])
    }
    // Nobody reaches anybody but the coordinator.
    expect(world.reaches('firewalled', COORDINATOR.four, P2P_PORT)).toBe(true)
    expect(world.reaches('six', COORDINATOR.six, P2P_PORT)).toBe(true)
    expect(world.reaches('home', COORDINATOR.four, P2P_PORT)).toBe(true)
    expect(world.reaches('internet', '203.0.113.10', P2P_PORT)).toBe(false)
    expect(world.reaches('internet', '203.0.113.14', P2P_PORT)).toBe(false)
    expect(world.reaches('home', '203.0.113.10', P2P_PORT)).toBe(false)
    expect(world.reaches('firewalled', SIX, P2P_PORT)).toBe(false)

    for (let round = 1; round <= ROUNDS; round++) {
      const of = (kind: string) => (event: ProgramEvent) => event.event === kind && roundOf(event) === BigInt(round)
      await programs.event(`round ${round} is posted`, (event) => event.from === 'coordinator' && of('posted')(event))
      const built = await programs.event(`round ${round} is built`, of('built'))
      // The update of each member counts in the model.
      const rows = built['rows'] as { member: string; weight: number }[]
      const counted = rows.filter(({ weight }) => weight > 0).map(({ member }) => member)
      expect(counted.toSorted()).toEqual(consortium.members.map(({ owner }) => owner).toSorted())
      for (const place of MEMBERS) {
        const replayed = await programs.event(
          `${place} replays round ${round}`,
          (event) => event.from === place && of('replayed')(event),
        )
        expect(replayed['claimHash']).toBe(built['claimHash'])
      }
    }
    // The members did talk to each other, through the relay.
    const read = `fetch('http://${METRICS}/metrics').then((answer) => answer.text()).then(console.log)`
    const metrics = run(...inside(world.name('coordinator')), process.execPath, '-e', read)
    expect(Number(/^quorate_network_relayed_bytes_total (\d+)/m.exec(metrics)?.[1])).toBeGreaterThan(0)
  },
)
