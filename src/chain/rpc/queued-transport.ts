import { createTransport } from 'viem'
import type { Transport } from 'viem'
import type { RpcQueue } from './rpc-queue.ts'

/** A viem transport over a queue. viem's own retries are off: only the queue decides which calls to repeat, and when. */
export function queuedTransport(queue: RpcQueue): Transport<'queued', { close(): void }> {
  const request = async (body: { method: string; params?: unknown }, options?: { signal?: AbortSignal }) =>
    queue.request(body, options?.signal)
  return () =>
    createTransport(
      { key: 'queued', name: 'Queued JSON-RPC', type: 'queued', retryCount: 0, request: request as never },
      { close: () => queue.close() },
    )
}
