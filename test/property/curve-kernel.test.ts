import { privateKeyToAccount } from 'viem/accounts'
import { describe, expect, it } from 'vitest'
import { CURVE_TABLES, twinCurveKernel, wasmCurveKernel } from '../../src/protocol/kernels/index.ts'
import type { CurvePoint } from '../../src/protocol/kernels/index.ts'
import fc from '../support/fast-check.ts'

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
const LARGEST = 2n ** 256n - 1n

const [wasm, twin] = [wasmCurveKernel(), twinCurveKernel()]

/** The point of a private key, made by another library. */
function pointOf(key: bigint): CurvePoint {
  const { publicKey } = privateKeyToAccount(`0x${key.toString(16).padStart(64, '0')}`)
  return { x: BigInt(`0x${publicKey.slice(4, 68)}`), y: BigInt(`0x${publicKey.slice(68)}`) }
}

function makeTables(place: number, point: CurvePoint): void {
  for (const kernel of [wasm, twin]) kernel.makeTable(place, point)
}

/** Multipliers of all sizes, those at the borders of the digits and of the order among them. */
const multiplier = fc.oneof(
  fc.bigInt({ min: 0n, max: LARGEST }),
  fc.constantFrom(0n, 1n, 15n, 16n, 17n, 31n, 32n, ORDER - 1n, ORDER, ORDER + 1n, LARGEST),
  fc.integer({ min: 0, max: 255 }).map((bit) => 2n ** BigInt(bit)),
  fc.integer({ min: 0, max: 255 }).map((bit) => LARGEST >> BigInt(bit)),
)
const key = fc.bigInt({ min: 1n, max: ORDER - 1n })

describe('the curve kernel agrees with its twin', () => {
  it('on sums of multiples', () => {
    fc.assert(
      fc.property(key, multiplier, multiplier, (secret, a, b) => {
        makeTables(0, pointOf(secret))
        expect(wasm.sum(a, 0, b)).toEqual(twin.sum(a, 0, b))
      }),
      { numRuns: 40 },
    )
  })

  it('on sums that are a doubling, the point at infinity or one of the points', () => {
    for (const secret of [1n, 2n, ORDER - 1n, 16n, 32n]) {
      makeTables(1, pointOf(secret))
      for (const [a, b] of [
        [secret, 1n],
        [secret, ORDER - 1n],
        [ORDER - secret, 1n],
        [0n, 0n],
        [0n, 1n],
        [1n, 0n],
        [ORDER, ORDER],
      ] as const)
        expect(wasm.sum(a, 1, b), `${a} · G + ${b} · ${secret} · G`).toEqual(twin.sum(a, 1, b))
    }
    makeTables(1, pointOf(5n))
    expect(wasm.sum(ORDER - 5n, 1, 1n)).toBe(undefined)
  })
})

it('the kernel makes public keys as another library does', () => {
  makeTables(2, pointOf(3n))
  fc.assert(
    fc.property(key, (secret) => {
      expect(wasm.sum(secret, 2, 0n)).toEqual(pointOf(secret))
    }),
    { numRuns: 100 },
  )
})

it('tables in all places stay apart', () => {
  const secrets = Array.from({ length: CURVE_TABLES }, (_, place) => BigInt(place) ** 7n + 2n)
  for (const [place, secret] of secrets.entries()) wasm.makeTable(place, pointOf(secret))
  for (const [place, secret] of secrets.entries()) expect(wasm.sum(0n, place, 1n)).toEqual(pointOf(secret))
  expect(() => wasm.makeTable(CURVE_TABLES, pointOf(1n))).toThrow(RangeError)
})
