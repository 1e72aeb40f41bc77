import { isIP } from 'node:net'
import { QuorateError } from '../core/index.ts'

/** Why there is no connection to a server. */
export type ConnectionTrouble =
  | 'portClosed'
  | 'hostUnknown'
  | 'noRoute'
  | 'silent'
  | 'notTls'
  | 'certificateUnknown'
  | 'certificateOfAnotherName'

/** What Node and grpc-js write of each trouble. The order counts: a deadline that ran out is the least that is known. */
const SIGNS: readonly (readonly [ConnectionTrouble, RegExp])[] = [
  ['certificateOfAnotherName', /ERR_TLS_CERT_ALTNAME_INVALID|does not match certificate's altnames/],
  [
    'certificateUnknown',
    /self-signed certificate|unable to (?:verify the first|get (?:local )?issuer) certificate|certificate signature failure|invalid CA certificate/i,
  ],
  ['notTls', /SSL routines|wrong version number|packet length too long|socket disconnected before secure TLS/i],
  ['portClosed', /ECONNREFUSED/],
  ['hostUnknown', /ENOTFOUND|EAI_AGAIN|Name resolution failed/],
  ['noRoute', /EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL/],
  ['silent', /ETIMEDOUT|Waiting for LB pick|Channel closed before call started|no answer for/],
]

/** The trouble that an error of a connection tells of; undefined where it tells of none. */
export function connectionTrouble(text: string): ConnectionTrouble | undefined {
  return SIGNS.find(([, sign]) => sign.test(text))?.[0]
}

/** What is wrong with the connection to `address`, and where to look, in one sentence. */
export function describeTrouble(trouble: ConnectionTrouble, address: string): string {
  const at = address.lastIndexOf(':')
  const [host, port] = [address.slice(0, at).replaceAll(/[[\]]/g, ''), address.slice(at + 1)]
  switch (trouble) {
    case 'portClosed':
      return `${host} refuses the connection: nothing listens on its port ${port}, so the operator does not run there, or uses another port`
    case 'hostUnknown':
      return `the host name ${host} is not known: check its spelling and the name server of this machine`
    case 'noRoute':
      return `this machine has no route to ${host}: check its network${isIP(host) === 6 ? ', and that it has IPv6' : ''}`
    case 'silent':
      return `${address} does not answer: a firewall may drop the connection, or the address is that of another machine`
    case 'notTls':
      return `the server at ${address} does not speak TLS: another program has this port`
    case 'certificateUnknown':
      return `the certificate of ${address} is not the one that this node knows, and none that it trusts has issued it`
    case 'certificateOfAnotherName':
      return `the certificate of ${address} is for another host name than ${host}, and is not pinned itself`
  }
}

const UNTRUSTED: ReadonlySet<ConnectionTrouble> = new Set<ConnectionTrouble>(['certificateUnknown', 'certificateOfAnotherName'])

/**
 * The error of a call for which there was no connection, in words that name what to look at; undefined for any other failure.
 * `details.reason` is the trouble: CERTIFICATE_UNTRUSTED where TLS refused the server, else COORDINATOR_UNREACHABLE.
 */
export function connectionError(error: unknown, address: string): QuorateError | undefined {
  const text = String((error as { details?: unknown }).details ?? '')
  const reason = connectionTrouble(text)
  if (reason === undefined) return undefined
  const code = UNTRUSTED.has(reason) ? 'CERTIFICATE_UNTRUSTED' : 'COORDINATOR_UNREACHABLE'
  return new QuorateError(code, describeTrouble(reason, address), { details: { address, reason }, cause: error })
}
