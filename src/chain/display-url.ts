/** One endpoint of a chain, or several that must agree. */
export type RpcUrl = string | readonly string[]

/** An RPC URL as it may be logged: providers put API keys into the path, the query and the user part, so only the origin stays. */
export function displayUrl(url: RpcUrl): string {
  if (typeof url !== 'string') return url.map(displayUrl).join(', ')
  try {
    const { protocol, host } = new URL(url)
    return `${protocol}//${host}`
  } catch {
    return 'an invalid URL'
  }
}
