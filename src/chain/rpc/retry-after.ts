/** The `Retry-After` header in ms: whole seconds or an HTTP date (RFC 9110 §10.2.3); undefined where there is none. */
export function retryAfterOf(header: string | null, nowMs = Date.now()): number | undefined {
  if (header === null || header.trim() === '') return undefined
  const seconds = Number(header)
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - nowMs
  return Number.isNaN(ms) ? undefined : Math.max(0, ms)
}

/** The pause that some providers name in the data of a JSON-RPC error instead, in ms. */
export function backoffOf(data: unknown): number | undefined {
  const seconds = (data as { rate?: { backoff_seconds?: unknown } } | null | undefined)?.rate?.backoff_seconds
  return typeof seconds === 'number' && seconds >= 0 ? seconds * 1000 : undefined
}
