import { X509Certificate } from 'node:crypto'
import { connect } from 'node:tls'
import { isIP } from 'node:net'
import { QuorateError } from '../core/index.ts'
import { connectionTrouble, describeTrouble } from './connection-error.ts'

/** How long a server has to show its certificate, ms. */
const WAIT_MS = 10_000

export interface ShownCertificate {
  /** PEM. */
  certificate: string
  /** SHA-256, `AB:CD:…`. */
  fingerprint: string
}

/**
 * The certificate that a server shows. Nothing says that the server is whom the caller means: compare the fingerprint by another way before anything is
 * sent to it.
 *
 * @param address `host:port`
 * @throws QuorateError COORDINATOR_UNREACHABLE, CANCELLED
 */
export async function fetchCertificate(address: string, { signal }: { signal?: AbortSignal } = {}): Promise<ShownCertificate> {
  const at = address.lastIndexOf(':')
  const host = address.slice(0, at).replaceAll(/[[\]]/g, '')
  // RFC 6066 forbids an address as the server name.
  const servername = isIP(host) ? '' : host
  return new Promise((resolve, reject) => {
    const until = AbortSignal.any([AbortSignal.timeout(WAIT_MS), ...(signal ? [signal] : [])])
    const socket = connect({
      host,
      port: Number(address.slice(at + 1)),
      servername,
      rejectUnauthorized: false,
      ALPNProtocols: ['h2'],
    })
    const end = (settle: () => void): void => {
      until.removeEventListener('abort', aborted)
      socket.destroy()
      settle()
    }
    const fail = (reason: string, cause?: unknown): void =>
      end(() =>
        reject(
          new QuorateError('COORDINATOR_UNREACHABLE', describe(reason, address), {
            cause,
            details: { address, reason: connectionTrouble(reason) },
          }),
        ),
      )
    const aborted = (): void =>
      signal?.aborted ? end(() => reject(new QuorateError('CANCELLED', 'stopped'))) : fail(`no answer for ${WAIT_MS / 1000} s`)
    until.addEventListener('abort', aborted)
    socket.once('error', (error) => fail(error.message, error))
    socket.once('secureConnect', () => {
      const shown = socket.getPeerCertificate().raw as Buffer | undefined
      if (!shown) return fail('the server has none')
      const parsed = new X509Certificate(shown)
      end(() => resolve({ certificate: parsed.toString(), fingerprint: parsed.fingerprint256 }))
    })
  })
}

function describe(reason: string, address: string): string {
  const trouble = connectionTrouble(reason)
  return trouble === undefined ? `${address} shows no certificate: ${reason}` : describeTrouble(trouble, address)
}
