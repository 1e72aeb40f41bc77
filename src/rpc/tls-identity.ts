import { X509Certificate, createPrivateKey, randomBytes } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { QuorateError, storageCode } from '../core/index.ts'
import type { Hash } from '../protocol/types.ts'
import { readSecret } from '../secrets/index.ts'
import { certificateHash } from './certificate-hash.ts'
import { isoTime } from './iso-time.ts'

/** Members pin the certificate itself, so its life is that of the pin and not of a certification. */
const YEARS = 10
/** A certificate is valid from before it was made: the clock of a member may be behind. Milliseconds. */
const BACKDATED = 24 * 3600 * 1000

export interface TlsIdentity {
  /** PEM. */
  certificate: string
  /** PEM. */
  privateKey: string
  /** What members need a copy of. */
  certificatePath: string
  /** SHA-256 of the certificate, `AB:CD:…`, to compare by voice. */
  fingerprint: string
  /** The same as hexadecimal digits: members sign sessions for it. */
  certificateHash: Hash
}

/**
 * The coordinator's TLS identity in `folder`: `tls-cert.pem` and `tls-key.pem` (mode 0600), made on first start and reused afterwards.
 * An operator with a certificate of a public authority puts both files there instead; they may be a read-only mount.
 *
 * `hosts` are the names and addresses for the certificate of a first start; a member that pins the certificate may use any other.
 *
 * Errors: TLS_INVALID (one file missing, no PEM, not a pair, expired, key readable by others), CLOCK_SKEWED (not valid yet),
 * STORAGE_FULL, STORAGE_FAILED.
 *
 * @example
 * const tls = await ensureTlsIdentity(join(data, 'tls'), { hosts: ['coordinator.example.org'] })
 */
export async function ensureTlsIdentity(folder: string, { hosts }: { hosts: readonly string[] }): Promise<TlsIdentity> {
  const certificatePath = join(folder, 'tls-cert.pem')
  const keyPath = join(folder, 'tls-key.pem')
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    // The key is written first: a certificate without its key was never handed out by us.
    if ((await readIfThere(certificatePath)) === undefined) {
      const made = await makePair(hosts)
      await writeWhole(keyPath, made.private, 0o600)
      await writeWhole(certificatePath, made.cert, 0o644)
    }
    const certificate = await readIfThere(certificatePath)
    const key = await ifThere(readSecret(keyPath))
    if (certificate === undefined || key === undefined) throw invalid(`${keyPath} is missing`)
    if (key.exposedTo) throw invalid(`${keyPath} is readable by ${key.exposedTo}`)
    const privateKey = key.text
    const { fingerprint256 } = checkPair(certificate, privateKey, certificatePath)
    const hash = certificateHash({ fingerprint256 })
    return { certificate, privateKey, certificatePath, fingerprint: fingerprint256, certificateHash: hash }
  } catch (cause) {
    if (cause instanceof QuorateError) throw cause
    const { code: system, message } = cause as NodeJS.ErrnoException
    throw new QuorateError(storageCode(system), `cannot store the TLS identity in ${folder}: ${message}`, {
      cause,
      details: { path: folder, ...(system !== undefined && { system }) },
    })
  }
}

async function makePair(hosts: readonly string[]) {
  const names = [...new Set([...hosts, 'localhost', '127.0.0.1', '::1'])]
  const notBeforeDate = new Date(Date.now() - BACKDATED)
  const notAfterDate = new Date()
  notAfterDate.setFullYear(notAfterDate.getFullYear() + YEARS)
  // A name of its own: chains are looked up by name, and members may trust an old and a new certificate for a while.
  const commonName = `quorate coordinator ${randomBytes(6).toString('hex')}`
  // Some two hundred modules, for a certificate that is made once.
  const { generate } = await import('selfsigned')
  return generate([{ name: 'commonName', value: commonName }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate,
    notAfterDate,
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: names.map((name) => (isIP(name) ? { type: 7, ip: name } : { type: 2, value: name })) },
    ],
  })
}

/** The certificate, if the two belong together and it is valid now. */
function checkPair(certificate: string, privateKey: string, path: string): X509Certificate {
  let parsed: X509Certificate
  let key: KeyObject
  try {
    parsed = new X509Certificate(certificate)
    key = createPrivateKey(privateKey)
  } catch (cause) {
    throw invalid(`${path} and its key are not valid PEM files`, cause)
  }
  if (!parsed.checkPrivateKey(key)) throw invalid(`${path} and its key do not belong together`)
  const now = Date.now()
  const clock = `the clock of this machine shows ${isoTime(now)}`
  if (+parsed.validToDate <= now) throw invalid(`${path} expired at ${isoTime(+parsed.validToDate)}, and ${clock}`)
  if (+parsed.validFromDate > now)
    throw new QuorateError('CLOCK_SKEWED', `${path} is valid from ${isoTime(+parsed.validFromDate)}, and ${clock}`)
  return parsed
}

function invalid(message: string, cause?: unknown): QuorateError {
  return new QuorateError('TLS_INVALID', message, { cause })
}

async function readIfThere(path: string): Promise<string | undefined> {
  return ifThere(readFile(path, 'utf8'))
}

/** Undefined instead of an error for a file that does not exist. */
async function ifThere<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return undefined
    throw error
  }
}

async function writeWhole(path: string, text: string, mode: number): Promise<void> {
  const temporary = `${path}.tmp-${randomBytes(6).toString('hex')}`
  const file = await open(temporary, 'wx', mode)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(temporary, path)
}
