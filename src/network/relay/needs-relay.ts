import { reachOfAddress } from '../own-addresses.ts'
import type { Reach } from '../reach.ts'

/** When a node takes places at relays: where it has to, always, never. */
export const RESERVE_POLICIES = ['auto', 'always', 'never'] as const
export type ReservePolicy = (typeof RESERVE_POLICIES)[number]

export interface Reachability {
  policy: ReservePolicy
  /** Direct addresses of this node. */
  own: readonly string[]
  /** Whether its owner named them. */
  announced: boolean
  /** Where this node has the relay, as a multiaddr. */
  relay: string
  /** From how far a peer has dialled this node already. */
  dialledFrom: Reach
}

const FARTHER: readonly Reach[] = ['none', 'loopback', 'private', 'public']

/**
 * Whether a node takes a place at a relay: if nothing says that the peers who reach the relay can dial the node too. A node with a
 * private address may stand behind a router, and one with a public address behind a firewall: it takes a place until somebody from as
 * far as the relay has dialled it. A node with IPv6 alone takes one for the peers that lack it.
 */
export function needsRelay({ policy, own, announced, relay, dialledFrom }: Reachability): boolean {
  if (policy !== 'auto') return policy === 'always'
  if (own.length === 0) return true
  if (announced) return false
  const open = own.filter((address) => reachOfAddress(address) === 'public')
  // Peers that have IPv4 only do not reach it.
  if (open.length > 0 && open.every((address) => address.startsWith('/ip6/'))) return true
  const far = reachOfAddress(relay)
  return far !== 'loopback' && FARTHER.indexOf(dialledFrom) < FARTHER.indexOf(far)
}

/** The farther of two. */
export function fartherOf(one: Reach, other: Reach): Reach {
  return FARTHER[Math.max(FARTHER.indexOf(one), FARTHER.indexOf(other))]!
}
