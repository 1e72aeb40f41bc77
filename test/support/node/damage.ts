import fc from '../fast-check.ts'

/** What a disk does to a file. */
export type Damage = (bytes: Uint8Array) => Uint8Array

/** A flipped bit, a lost end, a page of zeros, an empty file, bytes too many: at places by chance. */
export const damagedBytes: fc.Arbitrary<Damage> = fc
  .tuple(fc.constantFrom('bit', 'cut', 'zeros', 'empty', 'longer'), fc.nat(), fc.nat(7))
  .map(([kind, seed, bit]) => (bytes) => {
    const at = bytes.length === 0 ? 0 : seed % bytes.length
    const copy = Uint8Array.from(bytes)
    switch (kind) {
      case 'bit':
        if (copy.length > 0) copy[at]! ^= 1 << bit
        return copy
      case 'cut':
        return copy.subarray(0, at)
      case 'zeros':
        return copy.fill(0, at, at + 512)
      case 'empty':
        return new Uint8Array()
      default:
        return Uint8Array.from([...copy, ...new Uint8Array(1 + bit)])
    }
  })
