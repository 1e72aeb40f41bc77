/** One JSON-RPC call to the chain itself, past all proxies. */
export type Rpc = <T>(method: string, ...params: unknown[]) => Promise<T>

/** @throws Error with the node's words */
export function rpcTo(url: string): Rpc {
  let id = 0
  return async <T>(method: string, ...params: unknown[]) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: ++id, method, params }),
      signal: AbortSignal.timeout(60_000),
    })
    const { result, error } = (await response.json()) as { result: T; error?: { message: string } }
    if (error) throw new Error(`${method}: ${error.message}`)
    return result
  }
}
