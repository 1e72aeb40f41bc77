import { isLoopback } from '../core/index.ts'
import { hostOf } from './fields.ts'

/** Whether all these `host:port` are on this machine. */
export function areLocal(addresses: readonly string[]): boolean {
  return addresses.every((address) => isLoopback(hostOf(address)))
}

/**
 * Where a node listens for peers if nobody said so: a consortium of one machine stays on it, with a free port for each node; any other must be dialled from
 * elsewhere.
 *
 * @param coordinators `host:port` where members join
 * @example defaultListen(['coordinator.example.org:7050']) // '/ip4/0.0.0.0/tcp/4001'
 */
export function defaultListen(coordinators: readonly string[]): string {
  return areLocal(coordinators) ? '/ip4/127.0.0.1/tcp/0' : '/ip4/0.0.0.0/tcp/4001'
}
