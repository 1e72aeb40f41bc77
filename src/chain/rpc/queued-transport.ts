import { createTransport } from 'viem'
import type { Transport } from 'viem'
import type { Requests } from './requests.ts'

/** A viem transport over what answers requests. viem's own retries are off: only the queue decides which calls to repeat, and when. */
export function queuedTransport(requests: Requests & { close(): void }): Transport<'queued', { close(): void }> {
  const request = async (body: { method: string; params?: unknown }, options?: { signal?: AbortSignal }) =>
    requests.request(body, options?.signal)
  return () =>
    createTransport(
      { key: 'queued', name: 'Queued JSON-RPC', type: 'queued', retryCount: 0, request: request as never },
      { close: () => requests.close() },
    )
}
