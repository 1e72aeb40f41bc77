import { hashTypedData } from 'viem'
import { describe, expect, it } from 'vitest'
import { STATEMENTS, toHex } from '../../src/protocol/index.ts'
import type { Address } from '../../src/protocol/index.ts'
import type { BodyOf, SolidityValues, TypedData } from '../../src/protocol/statements/typed-data.ts'
import { typedDigest } from '../../src/protocol/statements/typed-digest.ts'
import fc from '../support/fast-check.ts'

const hex = (bytes: number): fc.Arbitrary<`0x${string}`> => fc.uint8Array({ minLength: bytes, maxLength: bytes }).map(toHex)
const uint = (bits: number): fc.Arbitrary<bigint> => fc.bigInt({ min: 0n, max: 2n ** BigInt(bits) - 1n })

const VALUES: { [T in keyof SolidityValues]: fc.Arbitrary<SolidityValues[T]> } = {
  uint256: uint(256),
  uint128: uint(128),
  uint64: uint(64),
  uint32: uint(32).map(Number),
  address: hex(20),
  bytes32: hex(32),
  bytes: fc.uint8Array({ maxLength: 100 }).map(toHex),
}

const domain = fc.record({ chainId: fc.nat(), ledger: hex(20) })

function bodyOf(typed: TypedData): fc.Arbitrary<BodyOf<TypedData>> {
  return fc.record(Object.fromEntries(Object.entries(typed.fields).map(([field, type]) => [field, VALUES[type]])))
}

/** The slow twin. */
function byViem(
  { chainId, ledger }: { chainId: number; ledger: Address },
  { name, fields }: TypedData,
  message: BodyOf<TypedData>,
) {
  return hashTypedData({
    domain: { name: 'Quorate', version: '2', chainId, verifyingContract: ledger },
    types: { [name]: Object.entries(fields).map(([field, type]) => ({ name: field, type })) },
    primaryType: name,
    message,
  })
}

describe('the digest of a statement', () => {
  const signed = Object.values(STATEMENTS).flatMap(({ typed }) => (typed ? [typed as TypedData] : []))
  it.each(signed)('of $name is that of viem', (typed) => {
    fc.assert(
      fc.property(domain, bodyOf(typed), (where, body) => {
        expect(typedDigest(where, typed, body)).toBe(byViem(where, typed, body))
      }),
    )
  })

  it('of any struct is that of viem', () => {
    const field = fc.constantFrom(...(Object.keys(VALUES) as (keyof SolidityValues)[]))
    const fields = fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), field, { minKeys: 1, maxKeys: 8 })
    const typed = fc.record({ name: fc.stringMatching(/^[A-Z][a-z]{0,8}$/), fields })
    const cases = typed.chain((one) => fc.tuple(domain, fc.constant(one), bodyOf(one)))
    fc.assert(
      fc.property(cases, ([where, one, body]) => {
        expect(typedDigest(where, one, body)).toBe(byViem(where, one, body))
      }),
    )
  })

  it('does not exist for a value that its type cannot hold', () => {
    const where = { chainId: 1, ledger: toHex(new Uint8Array(20)) }
    const digest = (type: keyof SolidityValues, value: bigint | number | string): string =>
      typedDigest(where, { name: 'One', fields: { value: type } }, { value: value as bigint })
    expect(() => digest('uint64', 2n ** 64n)).toThrow(RangeError)
    expect(() => digest('uint32', -1)).toThrow(RangeError)
    expect(() => digest('uint256', -1n)).toThrow(RangeError)
    expect(() => digest('address', '0x12')).toThrow(RangeError)
    expect(() => digest('bytes', '0x123')).toThrow(RangeError)
    expect(() => digest('bytes32', `0x${'00'.repeat(33)}`)).toThrow(RangeError)
  })
})
