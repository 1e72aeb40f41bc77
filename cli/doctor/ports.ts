import { once } from 'node:events'
import { connect, createServer, isIP } from 'node:net'
import type { Server } from 'node:net'
import { multiaddr } from '@multiformats/multiaddr'
import { hostOf } from '../../src/config/index.ts'
import { judgePeerAddress, reachOf } from '../../src/network/index.ts'
import { fault, note, ok } from './finding.ts'
import type { DoctorFinding } from './finding.ts'
import type { NodeConfig } from '../../src/config/index.ts'

/** How long a dial may take, ms. */
const MOST_MS = 5_000

interface Port {
  host: string
  port: number
}

/** Whether the ports of a node are free. @param running whether the node runs now, and has them itself */
export async function checkPorts(subject: NodeConfig, { running }: { running: boolean }): Promise<DoctorFinding[]> {
  const { p2p, metrics } = subject
  const named = [...(subject.role === 'operator' ? [subject.grpc.listen] : []), ...(metrics.listen ? [metrics.listen] : [])]
  const ports = [
    ...p2p.listen.flatMap((text) => portOf(text) ?? []),
    ...named.map((text) => ({ host: hostOf(text), port: Number(text.split(':').at(-1)) })),
  ].filter(({ port }) => port !== 0)
  return Promise.all(ports.map(async (port) => checkPort(port, running)))
}

async function checkPort({ host, port }: Port, running: boolean): Promise<DoctorFinding> {
  const name = `port ${port}`
  if (running) return ok(name, `of the node that runs, on ${host}`)
  try {
    const server = await listenAt({ host, port })
    server.close()
    return ok(name, `free on ${host}`)
  } catch (error) {
    return fault(
      name,
      `cannot be had on ${host}: ${(error as Error).message}`,
      `end the program that has it (ss -ltnp 'sport = :${port}' names it), or take another port in the configuration`,
    )
  }
}

/** What the doctor has to know of a node to look at its addresses. `relay` is an operator's. */
interface Addressed {
  role: NodeConfig['role']
  p2p: Pick<NodeConfig['p2p'], 'listen' | 'announce' | 'reserve'> & { relay?: boolean }
}

/** Whether the addresses that a node tells others lead to it. @param local whether all operators are on this machine */
export async function checkAddresses(
  { role, p2p }: Addressed,
  { local, running }: { local: boolean; running: boolean },
): Promise<DoctorFinding[]> {
  const listens = p2p.listen.flatMap((text) => portOf(text) ?? [])
  const announced = p2p.announce ?? []
  const loopback = listens.length > 0 && listens.every(({ host }) => isLoopback(host))
  const away = announced.some((text) => {
    const at = portOf(text)
    return at !== undefined && !isLoopback(at.host)
  })
  const hidden = p2p.listen.length === 0 || (loopback && !local && !away)
  // A member behind a router need not be dialled: it takes a place at a relay of its coordinators.
  if (hidden && role === 'member' && p2p.reserve !== 'never')
    return [
      note(
        'addresses',
        `${p2p.listen.length === 0 ? 'the node only dials' : 'only this machine can dial the node'}: others reach it through a relay of the coordinators`,
        'with listen = ["/ip4/0.0.0.0/tcp/4001"] under [p2p] others reach it faster, where they can dial this machine (docs/networks.md)',
      ),
    ]
  if (loopback && (away || !local))
    return [
      fault(
        'addresses',
        `the node listens on ${p2p.listen.join(', ')}, which only this machine can dial${away ? `, and announces ${announced.join(', ')}` : ''}`,
        'set listen = ["/ip4/0.0.0.0/tcp/4001"] under [p2p]',
      ),
    ]
  const findings = await Promise.all(announced.map(async (text) => checkAnnounced(text, listens, running)))
  if (findings.length > 0) return findings
  const where = p2p.listen.length === 0 ? 'the node only dials' : p2p.listen.join(', ')
  return [ok('addresses', `${where}${relaysOf({ role, p2p }, local)}`)]
}

/** What a node does with relays, as its configuration says. */
function relaysOf({ role, p2p }: Addressed, local: boolean): string {
  if (role === 'operator')
    return p2p.relay ? '; the node relays between members that cannot dial each other' : '; the node does not relay'
  if (p2p.reserve === 'always') return '; others reach it through a relay of the coordinators, too'
  return p2p.reserve === 'auto' && !local
    ? '; behind a router or a firewall others reach it through a relay of the coordinators'
    : ''
}

/** Dials an announced address, as a peer would, while something listens where the node does. */
async function checkAnnounced(text: string, listens: readonly Port[], running: boolean): Promise<DoctorFinding> {
  const name = `announced ${text}`
  const judged = judgePeerAddress(text, undefined)
  const to = portOf(text)
  const dialable = 'fault' in judged ? judged.fault === 'noPeer' : judged.relay === undefined
  if (to === undefined || !dialable)
    return fault(name, 'no other node can dial it', 'announce /ip4/ADDRESS/tcp/PORT or /dns4/NAME/tcp/PORT')
  const server = running ? undefined : await listenAt(listens[0] ?? { host: '0.0.0.0', port: 0 }).catch(() => undefined)
  let arrived = 0
  server?.on('connection', (socket) => {
    arrived++
    socket.destroy()
  })
  try {
    const failure = await dial(to)
    if (failure === undefined) {
      // The dial may end a moment before the listener hears of it.
      await new Promise((resolve) => setTimeout(resolve, 50))
      if (!server || arrived > 0) return ok(name, 'leads here, as seen from this machine')
      return fault(name, 'leads to another program', 'correct the address under [p2p] announce, or the forwarding of the router')
    }
    const advice =
      'correct the address under [p2p] announce, forward the port to this machine, and open it in the firewall (docs/operations.md, Addresses)'
    return /timeout|does not answer/.test(failure)
      ? note(
          name,
          `cannot be dialled from this machine: ${failure}`,
          `${advice}. Some routers refuse only dials from inside: try it from another network`,
        )
      : fault(name, `cannot be dialled: ${failure}`, advice)
  } finally {
    server?.close()
  }
}

/** Host and TCP port of a multiaddr. */
export function portOf(text: string): Port | undefined {
  const [host, tcp] = multiaddr(text).getComponents()
  return host?.value === undefined || tcp?.name !== 'tcp' ? undefined : { host: host.value, port: Number(tcp.value) }
}

/** Opens a TCP connection and closes it. @returns why there is none; undefined when there is one */
export async function dial({ host, port }: Port): Promise<string | undefined> {
  const socket = connect({ host, port, timeout: MOST_MS })
  try {
    return await new Promise((resolve) => {
      socket.once('connect', () => resolve(undefined))
      socket.once('timeout', () => resolve(`does not answer for ${MOST_MS / 1000} s`))
      socket.once('error', (error) => resolve(error.message))
    })
  } finally {
    socket.destroy()
  }
}

const isLoopback = (host: string): boolean => host === 'localhost' || (isIP(host) !== 0 && reachOf(host) === 'loopback')

async function listenAt({ host, port }: Port): Promise<Server> {
  const server = createServer()
  server.listen(port, host)
  await once(server, 'listening')
  return server
}
