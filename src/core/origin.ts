const IPV6 = /^[\da-f]*:[\da-f:.]*$/i
const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i

/**
 * What limits per host count by: an IPv4 address, or the first 64 bits of an IPv6 address, because one host has all of a /64
 * network. Text that is no IP address is its own origin.
 *
 * @example originOf('2001:db8::7') // '2001:db8:0:0::/64'
 */
export function originOf(host: string): string {
  const mapped = MAPPED.exec(host)?.[1]
  if (mapped) return mapped
  const [address = host] = host.split('%')
  if (!IPV6.test(address)) return host
  const [head = '', tail] = address.toLowerCase().split('::')
  const groups = head === '' ? [] : head.split(':')
  // Only the last 32 bits may be written as an IPv4 address, and they are not part of the network.
  const missing = tail === undefined ? 0 : 4 - groups.length
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const skipped = 8 - groups.length - width(after)
  const whole = missing > 0 ? [...groups, ...Array.from({ length: skipped }, () => '0'), ...after] : groups
  return `${whole
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`
}

/** Whether a host name or address leads to this machine only. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}

function width(groups: readonly string[]): number {
  return groups.length + (groups.at(-1)?.includes('.') ? 1 : 0)
}
