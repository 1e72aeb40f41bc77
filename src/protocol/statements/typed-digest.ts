import { concat, fromHex, lowerHex, toHex, word } from '../bytes.ts'
import { keccak } from '../hash.ts'
import type { Hash, Hex } from '../types.ts'
import type { BodyOf, SigningDomain, SolidityValues, TypedData } from './typed-data.ts'

const TEXT = new TextEncoder()
/** EIP-191, version 1. */
const PREFIX = Uint8Array.of(0x19, 0x01)

const DOMAIN_TYPE = 'EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)'

/** Domains remembered: a program has one for each ledger that it works for. */
const KEEP_DOMAINS = 64

const typeHashes = new WeakMap<TypedData, Uint8Array>()
const separators = new Map<string, Uint8Array>()

/**
 * The EIP-712 digest of a struct, which is what the key signs. It equals viem's `hashTypedData`, which derives the hashes of types and domain anew with every call; here both are derived once.
 *
 * @throws RangeError for a value that its Solidity type cannot hold
 */
export function typedDigest<T extends TypedData>(domain: SigningDomain, typed: T, body: BodyOf<T>): Hash {
  return toHex(keccak(typedBytes(domain, typed, body)))
}

/** What the digest is the keccak256 of, 66 bytes: for a signer that hashes itself. Errors as `typedDigest`. */
export function typedBytes<T extends TypedData>(domain: SigningDomain, typed: T, body: BodyOf<T>): Uint8Array {
  return concat([PREFIX, separatorOf(domain), structHash(typed, body)])
}

function structHash<T extends TypedData>(typed: T, body: BodyOf<T>): Uint8Array {
  const values: Readonly<Record<string, SolidityValues[keyof SolidityValues]>> = body
  return keccak(concat([typeHash(typed), ...Object.entries(typed.fields).map(([field, type]) => wordOf(type, values[field]!))]))
}

function typeHash(typed: TypedData): Uint8Array {
  const known = typeHashes.get(typed)
  if (known) return known
  const fields = Object.entries(typed.fields).map(([field, type]) => `${type} ${field}`)
  const hash = keccak(TEXT.encode(`${typed.name}(${fields.join(',')})`))
  typeHashes.set(typed, hash)
  return hash
}

function separatorOf({ chainId, ledger }: SigningDomain): Uint8Array {
  const key = `${chainId}:${lowerHex(ledger)}`
  const known = separators.get(key)
  if (known) return known
  const texts = [DOMAIN_TYPE, 'Quorate', '2'].map((text) => keccak(TEXT.encode(text)))
  const separator = keccak(concat([...texts, wordOf('uint256', chainId), wordOf('address', ledger)]))
  if (separators.size >= KEEP_DOMAINS) separators.delete(separators.keys().next().value!)
  separators.set(key, separator)
  return separator
}

/** Bits of each type. */
const BITS: Readonly<Record<Exclude<keyof SolidityValues, 'bytes'>, number>> = {
  uint256: 256,
  uint128: 128,
  uint64: 64,
  uint32: 32,
  address: 160,
  bytes32: 256,
}

/** A value as an ABI word. Bytes are as long as their type says, or they would pass for a number with leading zeros. */
function wordOf(type: keyof SolidityValues, value: bigint | number | string): Uint8Array {
  if (type === 'bytes') return keccak(bytesOf(value))
  const bits = BITS[type]
  const fits = typeof value !== 'string' || (value.length === 2 + bits / 4 && value.startsWith('0x'))
  const number = BigInt(value)
  if (!fits || BigInt.asUintN(bits, number) !== number) throw new RangeError(`${value} is no ${type}`)
  return word(number)
}

function bytesOf(value: bigint | number | string): Uint8Array {
  if (typeof value !== 'string' || !/^0x([0-9a-fA-F]{2})*$/.test(value)) throw new RangeError(`${value} is no bytes`)
  return fromHex(value as Hex)
}
