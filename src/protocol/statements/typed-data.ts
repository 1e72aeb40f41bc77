import { recoverAddress } from 'viem'
import { sameAddress, toHex } from '../bytes.ts'
import { keccak } from '../hash.ts'
import type { Address, Hash, Hex } from '../types.ts'
import { typedBytes, typedDigest } from './typed-digest.ts'
import { VerifiedSignatures } from './verified-signatures.ts'

/** Where signatures are valid: one ledger on one chain (EIP-712 domain, docs/protocol.md §3). */
export interface SigningDomain {
  chainId: number
  ledger: Address
}

/** The Solidity types that statements use, and the TypeScript type of their values. */
export interface SolidityValues {
  uint256: bigint
  uint128: bigint
  uint64: bigint
  uint32: number
  address: Address
  bytes32: Hash
  /** Of any length; hashed. */
  bytes: Hex
}

/** An EIP-712 struct. `fields` maps names to Solidity types; the order of its keys is the order that is hashed. */
export interface TypedData<Name extends string = string> {
  readonly name: Name
  readonly fields: Readonly<Record<string, keyof SolidityValues>>
}

/** The values of a struct. */
export type BodyOf<T extends TypedData> = { -readonly [Field in keyof T['fields']]: SolidityValues[T['fields'][Field]] }

/** A key that signs digests, or one elsewhere that wants the data of the digest. Accounts of viem are of this kind. */
export interface DigestSigner {
  sign?: ((of: { hash: Hash; data: Hex }) => Promise<Hex>) | undefined
}

/** Signs a struct with an operator key, 65 bytes. @throws TypeError for an account that cannot sign digests */
export async function signTyped<T extends TypedData>(
  domain: SigningDomain,
  typed: T,
  body: BodyOf<T>,
  account: DigestSigner,
): Promise<Hex> {
  if (!account.sign) throw new TypeError('the account cannot sign digests')
  const bytes = typedBytes(domain, typed, body)
  return account.sign({ hash: toHex(keccak(bytes)), data: toHex(bytes) })
}

const HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n

/** A statement comes by gossip, in the operator's record and in front of the judge: each node checks its signature once. */
const verified = new VerifiedSignatures()

/** True when `signature` is a canonical (low-s, 65-byte) signature of `signer` over the struct. Never throws. */
export async function verifyTyped<T extends TypedData>(
  domain: SigningDomain,
  typed: T,
  body: BodyOf<T>,
  signature: Hex,
  signer: Address,
): Promise<boolean> {
  if (!/^0x[0-9a-fA-F]{130}$/.test(signature)) return false
  const v = signature.slice(130).toLowerCase()
  if (BigInt(`0x${signature.slice(66, 130)}`) > HALF_ORDER || (v !== '1b' && v !== '1c')) return false
  try {
    const hash = typedDigest(domain, typed, body)
    if (verified.has(hash, signature, signer)) return true
    const valid = sameAddress(await recoverAddress({ hash, signature }), signer)
    if (valid) verified.add(hash, signature, signer)
    return valid
  } catch {
    return false
  }
}
