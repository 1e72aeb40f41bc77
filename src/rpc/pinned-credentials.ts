import { X509Certificate } from 'node:crypto'
import { checkServerIdentity } from 'node:tls'
import type { PeerCertificate } from 'node:tls'
import { credentials } from '@grpc/grpc-js'
import type { ChannelCredentials } from '@grpc/grpc-js'
import { QuorateError } from '../core/index.ts'

const PEM_BLOCK = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g

/**
 * Credentials that trust the certificates in `ca` (PEM) and nothing else. A server that presents one of them is who it should be,
 * whatever name it was dialled by; one that presents a certificate issued by them must also carry `host`.
 * TLS_INVALID if `ca` holds no certificate.
 */
export function pinnedCredentials(ca: string, host: string): ChannelCredentials {
  const certificates = parse(ca)
  const pinned = new Set(certificates.map((certificate) => certificate.fingerprint256))
  return credentials.createSsl(Buffer.from(certificates.map(String).join('')), null, null, {
    // Not the name it is called with: grpc-js passes the one for SNI, which an IP address has not.
    checkServerIdentity: (_name: string, certificate: PeerCertificate) =>
      pinned.has(certificate.fingerprint256) ? undefined : checkServerIdentity(host, certificate),
  })
}

function parse(ca: string): X509Certificate[] {
  const blocks = ca.match(PEM_BLOCK) ?? []
  if (blocks.length === 0) throw new QuorateError('TLS_INVALID', "the coordinator's certificate file holds no PEM certificate")
  try {
    return blocks.map((block) => new X509Certificate(block))
  } catch (cause) {
    throw new QuorateError('TLS_INVALID', "the coordinator's certificate cannot be read", { cause })
  }
}
