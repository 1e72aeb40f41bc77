import type { IncomingMessage, ServerResponse } from 'node:http'

export interface HeaderOptions {
  /** Origins of pages that may read the API. */
  origins: readonly string[]
  /** Chain nodes that the pages of the dashboard may ask. */
  rpcUrls: readonly string[]
}

/** Sets what every response has: rules for browsers, and which pages of other origins may read it. */
export function setHeaders(request: IncomingMessage, response: ServerResponse, { origins, rpcUrls }: HeaderOptions): void {
  response.setHeader('x-content-type-options', 'nosniff')
  response.setHeader('referrer-policy', 'no-referrer')
  response.setHeader('x-frame-options', 'DENY')
  response.setHeader('cross-origin-opener-policy', 'same-origin')
  response.setHeader('cross-origin-resource-policy', origins.length > 0 ? 'cross-origin' : 'same-origin')
  response.setHeader('content-security-policy', securityPolicy(rpcUrls))
  response.setHeader('vary', 'Origin')
  const { origin } = request.headers
  if (origin === undefined || !origins.includes(origin)) return
  response.setHeader('access-control-allow-origin', origin)
  response.setHeader('access-control-allow-methods', 'GET, HEAD, OPTIONS')
  response.setHeader('access-control-allow-headers', 'Authorization, If-None-Match, Last-Event-ID')
  response.setHeader('access-control-expose-headers', 'ETag')
  response.setHeader('access-control-max-age', '600')
}

/** Pages run only scripts of this server, and ask only it and the chain nodes. The protocol's hashes are WebAssembly. */
function securityPolicy(rpcUrls: readonly string[]): string {
  return [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "worker-src 'self'",
    "manifest-src 'self'",
    ["connect-src 'self'", ...rpcUrls.map((url) => new URL(url).origin)].join(' '),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}
