import { request as requestPlain } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { request as requestTls } from 'node:https'

export interface SignerRequest {
  method: 'GET' | 'POST'
  headers: Record<string, string>
  body?: string
  /** PEM. */
  tls: { ca?: string | undefined; certificate?: string | undefined; key?: string | undefined }
  timeoutMs: number
  signal?: AbortSignal | undefined
}

export interface SignerAnswer {
  status: number
  text: string
}

/** The longest answer that is read, characters. */
const MOST = 1 << 20

/**
 * One request and its whole answer, over a connection of its own: a signer that was restarted must not fail the next signature. No redirection is followed.
 * `fetch` takes no certificate of a client.
 *
 * @throws Error in the words of Node; `no answer for … ms` after the time-out
 */
export async function requestText(url: string, options: SignerRequest): Promise<SignerAnswer> {
  const { method, headers, body, tls, timeoutMs, signal } = options
  const end = AbortSignal.timeout(timeoutMs)
  const common = { method, headers, agent: false as const, signal: signal ? AbortSignal.any([signal, end]) : end }
  const secrets = { ca: tls.ca, cert: tls.certificate, key: tls.key }
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const request = url.startsWith('https:')
        ? requestTls(url, { ...common, ...secrets }, resolve)
        : requestPlain(url, common, resolve)
      request.on('error', reject)
      request.end(body)
    })
    let text = ''
    for await (const chunk of response.setEncoding('utf8')) {
      text += chunk as string
      if (text.length > MOST) throw new Error(`the answer is longer than ${MOST} characters`)
    }
    return { status: response.statusCode ?? 0, text }
  } catch (error) {
    if (end.aborted) throw new Error(`no answer for ${timeoutMs} ms`, { cause: error })
    throw error
  }
}
