import type { Listener } from '@libp2p/interface'
import { isIP } from 'node:net'
import { QuorateError } from '../core/errors.ts'
import { networkLimits } from './limits.ts'
import { judgePeerAddress } from './peer-address.ts'
import { reachOf } from './reach.ts'
import type { Reach } from './reach.ts'

export interface OwnAddressesOptions {
  /** Name of this node, `12D3Koo…`. */
  peerId: string
  /** Addresses to announce, in order of preference; without any, the node announces the addresses that it listens on. */
  announce?: readonly string[]
  /** Addresses of this node behind relays. */
  relayed?: () => readonly string[]
}

/** Relayed addresses that are announced even if the node has as many direct ones as others take. */
const LEAST_RELAYED = 4

/**
 * Where others reach this node. libp2p tells only addresses that somebody has verified, and nobody verifies in a closed network:
 * a node with a public address would tell none.
 */
export class OwnAddresses {
  readonly #peerId: string
  readonly #announce: readonly string[]
  readonly #relayed: () => readonly string[]
  readonly #listeners = new Set<Pick<Listener, 'getAddrs'>>()

  /** @throws QuorateError CONFIG_INVALID for an address in `announce` that others cannot dial or that names another node */
  constructor({ peerId, announce = [], relayed = () => [] }: OwnAddressesOptions) {
    this.#peerId = peerId
    this.#relayed = relayed
    this.#announce = announce.map((text) => {
      const judged = judgePeerAddress(text, peerId)
      // A place at a relay is taken, not announced.
      if ('address' in judged && !judged.relay) return judged.address
      const fault = 'fault' in judged ? judged.fault : 'notDialable'
      const why = fault === 'wrongPeer' ? `names another node; this node is ${peerId}` : 'cannot be dialled by other nodes'
      throw new QuorateError('CONFIG_INVALID', `p2p.announce: ${text} ${why}; expected /ip4/…/tcp/PORT or /dns4/…/tcp/PORT`, {
        details: { field: 'p2p.announce', address: text, fault },
      })
    })
  }

  /** A transport began to listen. */
  opened(listener: Pick<Listener, 'getAddrs'>): void {
    this.#listeners.add(listener)
  }

  closed(listener: Pick<Listener, 'getAddrs'>): void {
    this.#listeners.delete(listener)
  }

  /** Whether the owner named the addresses. */
  get announced(): boolean {
    return this.#announce.length > 0
  }

  /** Where others can dial this node itself, most useful first. */
  direct(): string[] {
    return this.announced ? [...this.#announce] : this.#listened()
  }

  /** At most `networkLimits.addresses.perNode`, direct ones first, each ending in `/p2p/<peer id>`. */
  list(): string[] {
    const relayed = this.#relayed()
    const useful = new Set(mostUseful([...this.direct(), ...relayed]))
    const direct = this.direct().filter((address) => useful.has(address))
    const { perNode } = networkLimits.addresses
    return [...direct.slice(0, perNode - Math.min(relayed.length, LEAST_RELAYED)), ...relayed].slice(0, perNode)
  }

  /** A listener on every interface has the address of each. */
  #listened(): string[] {
    const addresses = [...this.#listeners].flatMap((listener) => listener.getAddrs().map(String))
    return mostUseful(
      addresses.flatMap((text) => {
        const judged = judgePeerAddress(text, this.#peerId)
        return 'address' in judged && !judged.relay ? [judged.address] : []
      }),
    )
  }
}

/**
 * Public addresses and names, then private ones, each in the order given. Loopback is announced only if the node has no
 * other address: on another machine it leads to a different node.
 */
export function mostUseful(addresses: readonly string[]): string[] {
  const unique = [...new Set(addresses)]
  const having = (reach: string): string[] => unique.filter((address) => reachOfAddress(address) === reach)
  const elsewhere = [...having('public'), ...having('private')]
  return elsewhere.length > 0 ? elsewhere : having('loopback')
}

/** From where an address `/ip4/…/tcp/…` can be dialled, or the relay that it goes through; a name counts as public. */
export function reachOfAddress(address: string): Reach {
  const host = address.split('/')[2]!
  return isIP(host) ? reachOf(host) : 'public'
}
