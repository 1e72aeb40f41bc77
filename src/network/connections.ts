import type { Connection } from '@libp2p/interface'
import { networkLimits } from './limits.ts'
import type { Link } from './redialer.ts'
import { isRelayed } from './relay/circuit.ts'

/** How the peer of these connections is connected. */
export function linkOf(connections: readonly Connection[]): Link {
  const best = bestOf(connections)
  if (!best) return 'none'
  return isRelayed(best.remoteAddr) ? 'relayed' : 'direct'
}

/** The connection that a new stream goes on: a direct one where there is one. */
export function bestOf(connections: readonly Connection[]): Connection | undefined {
  const open = connections.filter(({ status }) => status === 'open')
  return open.find(({ remoteAddr }) => !isRelayed(remoteAddr)) ?? open[0]
}

/**
 * The connections to a peer that go when another one opens: the oldest of too many, and relayed ones beside a direct one.
 *
 * @param opened the new connection
 * @param all every connection to its peer, oldest first
 */
export function surplusOf(opened: Connection, all: readonly Connection[]): { old: Connection; reason: string }[] {
  const connections = [...all.filter(({ id }) => id !== opened.id), opened]
  const direct = connections.filter(({ remoteAddr }) => !isRelayed(remoteAddr))
  const kept = (direct.length > 0 ? direct : connections).slice(-networkLimits.connections.perPeer)
  return connections
    .filter((connection) => !kept.includes(connection))
    .map((old) => ({
      old,
      reason:
        isRelayed(old.remoteAddr) && direct.length > 0 ? 'the peer is connected directly' : 'the peer has a newer connection',
    }))
}
