import type { PeersStatus, PeerStatus } from './read-peers.ts'

/** Where the nodes of a task can be dialled, a line an address. */
export function peerLines({ operators, peers }: PeersStatus): string[] {
  const silent = operators.flatMap(({ address, failure }) =>
    failure === null ? [] : [`The operator ${address} tells nothing: ${failure}`],
  )
  if (silent.length === operators.length) return silent
  const told = operators.length === 1 ? 'Nodes that the operator knows' : 'Nodes that the operators know'
  return [...(peers.length === 0 ? [`${told}: none`] : [told, ...peers.flatMap(linesOf)]), ...silent]
}

function linesOf({ owner, role, peerKey, addresses, relayed }: PeerStatus): string[] {
  const who = owner === null ? `key ${peerKey}, which nobody registered` : `${role!.padEnd(8)}  ${owner}`
  const [first = 'no address that can be dialled', ...rest] = addresses
  const start = `${who}  `
  return [`${start}${first}${relayed ? '  (through a relay)' : ''}`, ...rest.map((line) => `${' '.repeat(start.length)}${line}`)]
}
