import { QuorateError } from '../../core/index.ts'
import { httpWire } from './http-wire.ts'
import { socketWire } from './socket-wire.ts'
import type { Wire } from './wire.ts'

/** One JSON-RPC request may take this long; it is then repeated. */
const REQUEST_TIMEOUT_MS = 10_000

/** The way to a node, by the protocol of its URL. @throws QuorateError CONFIG_INVALID for a URL that is none */
export function wireOf(rpcUrl: string): Wire {
  const protocol = URL.parse(rpcUrl)?.protocol
  const options = { timeoutMs: REQUEST_TIMEOUT_MS }
  if (protocol === 'http:' || protocol === 'https:') return httpWire(rpcUrl, options)
  if (protocol === 'ws:' || protocol === 'wss:') return socketWire(rpcUrl, options)
  throw new QuorateError('CONFIG_INVALID', 'the RPC URL must begin with http://, https://, ws:// or wss://', {
    details: { field: 'rpcUrl' },
  })
}
