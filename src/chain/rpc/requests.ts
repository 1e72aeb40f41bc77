/** One JSON-RPC request before it has an id. */
export interface RpcRequest {
  method: string
  params?: unknown
}

/** What answers JSON-RPC requests: a queue, an endpoint, or several endpoints together. Errors: viem's, or a QuorateError. */
export interface Requests {
  request(request: RpcRequest, signal?: AbortSignal): Promise<unknown>
}
