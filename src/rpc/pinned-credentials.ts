import { X509Certificate } from 'node:crypto'
import { checkServerIdentity } from 'node:tls'
import type { PeerCertificate } from 'node:tls'
import { credentials } from '@grpc/grpc-js'
import type { ChannelCredentials } from '@grpc/grpc-js'
import { QuorateError } from '../core/index.ts'
import type { Hash } from '../protocol/types.ts'
import { certificateHash } from './certificate-hash.ts'

const PEM_BLOCK = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g

/**
 * Credentials that trust the certificates in `ca` (PEM) and nothing else. A server that presents one of them is accepted under any
 * name; a server that presents a certificate issued by one of them must also carry `host`.
 *
 * `onAccepted` receives every accepted certificate, because sessions are signed for it. TLS_INVALID if `ca` holds no
 * certificate.
 */
export function pinnedCredentials(
  ca: string,
  host: string,
  onAccepted: (certificate: Hash) => void = () => {},
): ChannelCredentials {
  const certificates = parseCertificates(ca)
  const pinned = new Set(certificates.map((certificate) => certificate.fingerprint256))
  return credentials.createSsl(Buffer.from(certificates.map(String).join('')), null, null, {
    // Not the name it is called with: grpc-js passes the one for SNI, which an IP address has not.
    checkServerIdentity: (_name: string, certificate: PeerCertificate) => {
      const refused = pinned.has(certificate.fingerprint256) ? undefined : checkServerIdentity(host, certificate)
      if (!refused) onAccepted(certificateHash(certificate))
      return refused
    },
  })
}

/** The certificates of a PEM file, at least one. TLS_INVALID if there is none or one cannot be read. */
export function parseCertificates(ca: string): X509Certificate[] {
  const blocks = ca.match(PEM_BLOCK) ?? []
  if (blocks.length === 0)
    throw new QuorateError('TLS_INVALID', "the file with the coordinator's certificate does not contain a PEM certificate")
  try {
    return blocks.map((block) => new X509Certificate(block))
  } catch (cause) {
    throw new QuorateError('TLS_INVALID', "the coordinator's certificate cannot be read", { cause })
  }
}
