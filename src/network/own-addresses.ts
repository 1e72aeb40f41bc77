import type { Listener } from '@libp2p/interface'
import { isIP } from 'node:net'
import { QuorateError } from '../core/errors.ts'
import { networkLimits } from './limits.ts'
import { judgePeerAddress } from './peer-address.ts'
import { reachOf } from './reach.ts'

export interface OwnAddressesOptions {
  /** Name of this node, `12D3Koo…`. */
  peerId: string
  /** Addresses to announce, in order of preference; without any, the node announces the addresses that it listens on. */
  announce?: readonly string[]
}

/**
 * Where others reach this node. libp2p tells only addresses that somebody has verified, and nobody verifies in a closed network:
 * a node with a public address would tell none.
 */
export class OwnAddresses {
  readonly #peerId: string
  readonly #announce: readonly string[]
  readonly #listeners = new Set<Pick<Listener, 'getAddrs'>>()

  /** @throws QuorateError CONFIG_INVALID for an address in `announce` that others cannot dial or that names another node */
  constructor({ peerId, announce = [] }: OwnAddressesOptions) {
    this.#peerId = peerId
    this.#announce = announce.map((text) => {
      const judged = judgePeerAddress(text, peerId)
      if ('address' in judged) return judged.address
      const why = judged.fault === 'wrongPeer' ? `names another node; this node is ${peerId}` : 'cannot be dialled by other nodes'
      throw new QuorateError('CONFIG_INVALID', `p2p.announce: ${text} ${why}; expected /ip4/…/tcp/PORT or /dns4/…/tcp/PORT`, {
        details: { field: 'p2p.announce', address: text, fault: judged.fault },
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

  /** At most `networkLimits.addresses.perNode`, most useful first, each ending in `/p2p/<peer id>`. */
  list(): string[] {
    const addresses = this.#announce.length > 0 ? this.#announce : this.#listened()
    return addresses.slice(0, networkLimits.addresses.perNode)
  }

  /** A listener on every interface has the address of each. */
  #listened(): string[] {
    const addresses = [...this.#listeners].flatMap((listener) => listener.getAddrs().map(String))
    return mostUseful(
      addresses.flatMap((text) => {
        const judged = judgePeerAddress(text, this.#peerId)
        return 'address' in judged ? [judged.address] : []
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

/** From where an address `/ip4/…/tcp/…` can be dialled; a name counts as public. */
export function reachOfAddress(address: string): string {
  const host = address.split('/')[2]!
  return isIP(host) ? reachOf(host) : 'public'
}
