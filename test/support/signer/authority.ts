import { generate } from 'selfsigned'

/** A certificate authority for tests. All text is PEM. */
export interface Authority {
  certificate: string
  /** A certificate for a server at an IP address, or for a client of any name. */
  issue(name: string): Promise<{ certificate: string; key: string }>
}

export async function makeAuthority(name: string): Promise<Authority> {
  const root = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  })
  return {
    certificate: root.cert,
    async issue(of) {
      const issued = await generate([{ name: 'commonName', value: of }], {
        keyType: 'ec',
        algorithm: 'sha256',
        ca: { key: root.private, cert: root.cert },
        extensions: [
          { name: 'keyUsage', digitalSignature: true, critical: true },
          { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
          { name: 'subjectAltName', altNames: [/^[\d.]+$/.test(of) ? { type: 7, ip: of } : { type: 2, value: of }] },
        ],
      })
      return { certificate: issued.cert, key: issued.private }
    },
  }
}
