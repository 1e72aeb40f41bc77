/** One JSON-RPC request as it travels. */
export interface RpcCall {
  jsonrpc: '2.0'
  id: number
  method: string
  params?: unknown
}

/** The answer to one sent message. */
export interface RpcReply {
  /** The HTTP status; absent over a WebSocket. */
  status?: number
  /** How long the node asked to be left alone, in ms. */
  retryAfterMs?: number
  /** Parsed JSON, or the text where it is none. */
  body: unknown
}

/**
 * The way to one RPC node: carries calls there and replies back, once, and judges nothing.
 *
 * `send` throws viem's HttpRequestError, WebSocketRequestError, SocketClosedError, TimeoutError or ResponseBodyTooLargeError when no
 * reply came.
 */
export interface Wire {
  readonly url: string
  /** The most calls that one `send` may carry. */
  readonly batch: number
  /** The most `send`s under way at once. */
  readonly parallel: number
  send(calls: readonly RpcCall[]): Promise<RpcReply>
  close(): void
}
