import { createPrivateKey, createPublicKey, diffieHellman, hkdfSync } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { QuorateError } from '../core/index.ts'
import { concat, fromHex, word } from '../protocol/index.ts'
import type { SigningDomain } from '../protocol/index.ts'

/** What a secret of two members is for. */
export interface PairOf {
  /** One key may serve tasks on several chains, and no mask may be used twice. */
  domain: SigningDomain
  task: bigint
  /** Buckets are drawn anew in each epoch, and so are the secrets of pairs. */
  epoch: bigint
}

/** A member's key for masks (X25519, RFC 7748). */
export interface MaskKey {
  /** Registered on chain, 32 bytes. */
  publicKey: Uint8Array
  /**
   * The secret of this member and another for one epoch, 32 bytes: the same for both, and unknown to everybody else.
   *
   * @param other the other's public key, 32 bytes
   * @throws QuorateError MASK_KEY_INVALID for bytes that are no key, for a point of small order, and for the member's own key
   */
  pair(other: Uint8Array, of: PairOf): Uint8Array
}

/** DER of an X25519 key up to its 32 bytes (RFC 8410). */
const PRIVATE_PREFIX = Buffer.from('302e020100300506032b656e04220420', 'hex')
const PUBLIC_PREFIX = Buffer.from('302a300506032b656e032100', 'hex')
const LABEL = Buffer.from('quorate/mask/pair/1')

/**
 * The key for masks of a member.
 *
 * @param secret 32 random bytes that never leave the member
 * @throws QuorateError MASK_KEY_INVALID for another length
 * @example const key = createMaskKey(randomBytes(32))
 */
export function createMaskKey(secret: Uint8Array): MaskKey {
  if (secret.length !== 32) throw invalid(`a key for masks has 32 bytes, not ${secret.length}`)
  const own = createPrivateKey({ key: Buffer.concat([PRIVATE_PREFIX, secret]), format: 'der', type: 'pkcs8' })
  const publicKey = new Uint8Array(createPublicKey(own).export({ format: 'der', type: 'spki' }).subarray(-32))
  return {
    publicKey,
    pair(other, { domain, task, epoch }) {
      if (Buffer.compare(other, publicKey) === 0) throw invalid('a member shares no mask with itself')
      // Both public keys are in it: whoever answers with another key than the registered one gets another secret.
      const [low, high] = [publicKey, other].toSorted((a, b) => Buffer.compare(a, b)) as [Uint8Array, Uint8Array]
      const salt = concat([word(BigInt(domain.chainId)), fromHex(domain.ledger), word(task), word(epoch), low, high])
      return new Uint8Array(hkdfSync('sha256', agree(own, other), salt, LABEL, 32))
    },
  }
}

function agree(own: KeyObject, other: Uint8Array): Buffer {
  if (other.length !== 32) throw invalid(`the public key of another member has ${other.length} bytes instead of 32`)
  try {
    const publicKey = createPublicKey({ key: Buffer.concat([PUBLIC_PREFIX, other]), format: 'der', type: 'spki' })
    return diffieHellman({ privateKey: own, publicKey })
  } catch (cause) {
    // OpenSSL refuses points of small order: everybody knows what they give.
    throw invalid('the public key of another member gives no secret', cause)
  }
}

function invalid(problem: string, cause?: unknown): QuorateError {
  return new QuorateError('MASK_KEY_INVALID', problem, { cause })
}
