import { BlockList, isIPv6 } from 'node:net'

/** From where an IP address can be dialled: from anywhere, from its own network, from its own machine, from nowhere. */
export type Reach = 'public' | 'private' | 'loopback' | 'none'

/** Special-purpose blocks (IANA registries, RFC 6890). An address in none of them is public. */
const BLOCKS: Record<Exclude<Reach, 'public'>, readonly string[]> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  // RFC 1918, carrier and overlay networks (RFC 6598), unique local addresses (RFC 4193).
  private: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'],
  // Unspecified, link-local (they need the name of an interface), multicast and reserved.
  none: ['0.0.0.0/8', '169.254.0.0/16', '224.0.0.0/3', '::/128', 'fe80::/10', 'ff00::/8'],
}

const lists = (Object.keys(BLOCKS) as (keyof typeof BLOCKS)[]).map((reach) => {
  const list = new BlockList()
  for (const block of BLOCKS[reach]) {
    const [network, bits] = block.split('/')
    list.addSubnet(network!, Number(bits), isIPv6(network!) ? 'ipv6' : 'ipv4')
  }
  return { reach, list }
})

/** The reach of an IPv4 or IPv6 address. */
export function reachOf(ip: string): Reach {
  return lists.find(({ list }) => list.check(ip, isIPv6(ip) ? 'ipv6' : 'ipv4'))?.reach ?? 'public'
}
