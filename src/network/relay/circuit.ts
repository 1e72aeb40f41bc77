import type { Multiaddr } from '@multiformats/multiaddr'

/** The peer id at the far end of a relayed address, and whether there is a relay at all: undefined for a direct address. */
export function behindRelay(address: Multiaddr): string | undefined {
  const components = address.getComponents()
  const circuit = components.findIndex(({ name }) => name === 'p2p-circuit')
  return circuit < 0 ? undefined : (components[circuit + 1]?.value ?? '')
}

/** Whether an address leads through a relay. */
export function isRelayed(address: Multiaddr): boolean {
  return behindRelay(address) !== undefined
}

/** The same for text that `judgePeerAddress` accepted. */
export function isRelayedText(address: string): boolean {
  return address.includes('/p2p-circuit')
}
