import { multiaddr } from '@multiformats/multiaddr'
import type { Multiaddr } from '@multiformats/multiaddr'
import { QuorateError } from '../core/errors.ts'
import type { Logger } from '../core/logger.ts'
import { networkLimits } from './limits.ts'
import { isRelayed } from './relay/circuit.ts'

/** How a peer is connected: not at all, only through a relay, or without one. */
export type Link = 'none' | 'relayed' | 'direct'

export interface RedialerComponents {
  /** Our own libp2p name: addresses that carry it are skipped. */
  self: string
  /** How this peer is connected. */
  linkTo: (peerId: string) => Link
  /** Opens a connection or throws. */
  connect: (addresses: Multiaddr[], signal: AbortSignal) => Promise<void>
  logger: Logger
  random: () => number
  backoff: { baseMs: number; maxMs: number }
}

interface Known {
  addresses: Map<string, Multiaddr>
  failures: number
  /** When the last dial succeeded, ms. */
  connectedAt?: number
  timer?: NodeJS.Timeout
  dialling?: Promise<boolean>
}

/**
 * Remembers the addresses of peers and keeps a connection to each. After a failure or a lost connection it dials again,
 * and doubles the wait each time (half of it is jitter). It goes through a relay only where a peer does not answer itself.
 */
export class Redialer {
  readonly #known = new Map<string, Known>()
  readonly #components: RedialerComponents
  readonly #abort = new AbortController()

  constructor(components: RedialerComponents) {
    this.#components = components
  }

  /**
   * Takes in addresses and dials every peer they name that is not connected.
   *
   * @param addresses multiaddrs that end in `/p2p/<peer>`
   * @returns how many of the named peers are connected now; the others are dialled on
   * @throws QuorateError CONFIG_INVALID for an address without a peer, before anything is dialled
   */
  async add(addresses: readonly string[]): Promise<number> {
    const parsed = addresses.map((address) => parseAddress(address))
    const peers = new Set<string>()
    for (const { peerId, address } of parsed) {
      if (peerId !== this.#components.self && this.#remember(peerId, address)) peers.add(peerId)
    }
    const connected = await Promise.all([...peers].map(async (peerId) => this.#dial(peerId)))
    return connected.filter(Boolean).length
  }

  /** Dials a peer at these addresses and forgets its earlier ones: the peer itself said where it is. Whether it is connected now. */
  async meet(peerId: string, addresses: readonly string[]): Promise<boolean> {
    if (peerId === this.#components.self) return false
    this.#known.get(peerId)?.addresses.clear()
    const remembered = addresses.map((address) => this.#remember(peerId, multiaddr(address)))
    return remembered.some(Boolean) && this.#dial(peerId)
  }

  /** The connection to this peer ended: dial it again after a while. */
  lost(peerId: string): void {
    const known = this.#known.get(peerId)
    if (!known) return
    // A connection that breaks at once is a failure: a peer that is dialled without pause takes it for a flood.
    const { connectedAt } = known
    const brief = connectedAt !== undefined && performance.now() - connectedAt < networkLimits.redial.stableMs
    known.failures = brief ? known.failures + 1 : 0
    known.connectedAt = undefined
    this.#schedule(peerId, known, this.#wait(known))
  }

  /** Something changed (membership): dial everyone who is missing now rather than when their wait ends. */
  wake(): void {
    for (const [peerId, known] of this.#known) {
      known.failures = 0
      void this.#dial(peerId)
    }
  }

  async stop(): Promise<void> {
    this.#abort.abort(new QuorateError('CANCELLED', 'the node is stopping'))
    for (const known of this.#known.values()) clearTimeout(known.timer)
    await Promise.allSettled([...this.#known.values()].map(async (known) => known.dialling))
  }

  #remember(peerId: string, address: Multiaddr): boolean {
    const { peers, addressesPerPeer } = networkLimits.redial
    let known = this.#known.get(peerId)
    if (!known) {
      if (this.#known.size >= peers) return false
      known = { addresses: new Map(), failures: 0 }
      this.#known.set(peerId, known)
    }
    const { addresses } = known
    addresses.delete(address.toString())
    // The newest address is the likeliest: a member that moved tells its new one.
    if (addresses.size >= addressesPerPeer) addresses.delete(addresses.keys().next().value!)
    addresses.set(address.toString(), address)
    return true
  }

  async #dial(peerId: string): Promise<boolean> {
    const known = this.#known.get(peerId)!
    known.dialling ??= this.#attempt(peerId, known).finally(() => (known.dialling = undefined))
    return known.dialling
  }

  async #attempt(peerId: string, known: Known): Promise<boolean> {
    clearTimeout(known.timer)
    if (this.#abort.signal.aborted) return false
    const link = this.#components.linkTo(peerId)
    if (link === 'direct') return true
    const addresses = [...known.addresses.values()].toReversed()
    const direct = addresses.filter((address) => !isRelayed(address))
    if (await this.#connects(peerId, known, direct)) return true
    const relayed = link === 'relayed' || (await this.#connects(peerId, known, addresses.filter(isRelayed)))
    // The peer may come to stand where it can be dialled: a relay carries less, and not for ever.
    if (relayed && direct.length > 0) this.#schedule(peerId, known, networkLimits.redial.upgradeMs)
    if (relayed) return true
    known.failures++
    this.#schedule(peerId, known, this.#wait(known))
    return false
  }

  #wait({ failures }: Known): number {
    const { baseMs, maxMs } = this.#components.backoff
    return Math.min(maxMs, baseMs * 2 ** Math.min(failures, 20))
  }

  async #connects(peerId: string, known: Known, addresses: Multiaddr[]): Promise<boolean> {
    if (addresses.length === 0) return false
    try {
      const timeout = AbortSignal.timeout(networkLimits.connections.dialMs)
      await this.#components.connect(addresses, AbortSignal.any([this.#abort.signal, timeout]))
      known.connectedAt = performance.now()
      return true
    } catch (error) {
      this.#components.logger.debug({ peerId, failures: known.failures, error: String(error) }, 'dial failed')
      return false
    }
  }

  /** @param wait ms; half of it is jitter */
  #schedule(peerId: string, known: Known, wait: number): void {
    if (this.#abort.signal.aborted) return
    clearTimeout(known.timer)
    known.timer = setTimeout(() => void this.#dial(peerId), wait * (0.5 + this.#components.random() / 2))
  }
}

function parseAddress(text: string): { peerId: string; address: Multiaddr } {
  try {
    const address = multiaddr(text)
    const peerId = address.getComponents().findLast((component) => component.name === 'p2p')?.value
    if (peerId) return { peerId, address }
  } catch (cause) {
    throw new QuorateError('CONFIG_INVALID', `${text} is not a multiaddr`, { details: { address: text }, cause })
  }
  throw new QuorateError('CONFIG_INVALID', `the address ${text} does not name a peer: it must end in /p2p/<peer id>`, {
    details: { address: text },
  })
}
