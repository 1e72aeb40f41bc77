/** An RPC URL as it may be logged: providers put API keys into the path, the query and the user part, so only the origin stays. */
export function displayUrl(url: string): string {
  try {
    const { protocol, host } = new URL(url)
    return `${protocol}//${host}`
  } catch {
    return 'an invalid URL'
  }
}
