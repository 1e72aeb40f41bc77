import { privateKeyToAccount } from 'viem/accounts'
import { expect, it } from 'vitest'
import { signStatement, toHex, verifyStatement } from '../../../src/protocol/index.ts'
import { VerifiedSignatures } from '../../../src/protocol/statements/verified-signatures.ts'

const hash = (byte: number): `0x${string}` => toHex(new Uint8Array(32).fill(byte))
const SIGNATURE = toHex(new Uint8Array(65).fill(7))
const [SIGNER, OTHER] = [toHex(new Uint8Array(20).fill(1)), toHex(new Uint8Array(20).fill(2))]

it('remembers a signature by digest, signature and signer, whatever the case of the letters', () => {
  const verified = new VerifiedSignatures()
  verified.add(hash(0xab), SIGNATURE, SIGNER)
  expect(verified.has(`0x${hash(0xab).slice(2).toUpperCase()}`, SIGNATURE, SIGNER)).toBe(true)
  expect(verified.has(hash(0xac), SIGNATURE, SIGNER)).toBe(false)
  expect(verified.has(hash(0xab), toHex(new Uint8Array(65).fill(8)), SIGNER)).toBe(false)
  expect(verified.has(hash(0xab), SIGNATURE, OTHER)).toBe(false)
})

it('keeps the newest signatures', () => {
  const verified = new VerifiedSignatures(2)
  for (const byte of [1, 2, 3]) verified.add(hash(byte), SIGNATURE, SIGNER)
  expect([1, 2, 3].map((byte) => verified.has(hash(byte), SIGNATURE, SIGNER))).toEqual([false, true, true])
})

it('a valid signature that was checked before opens no other statement and no other signer', async () => {
  const account = privateKeyToAccount(hash(5))
  const domain = { chainId: 1, ledger: OTHER }
  const body = { task: 1n, round: 2n, claim: hash(9) }
  const signature = await signStatement(domain, 'Agreement', body, account)
  const holds = async (changed: Partial<typeof body>, signer = account.address, sig = signature): Promise<boolean> =>
    verifyStatement(domain, 'Agreement', { ...body, ...changed }, sig, signer)
  for (let time = 0; time < 2; time++) {
    expect(await holds({})).toBe(true)
    expect(await holds({ round: 3n })).toBe(false)
    expect(await holds({}, SIGNER)).toBe(false)
    // The same curve point, the other recovery bit.
    const flipped = `${signature.slice(0, 130)}${signature.endsWith('1b') ? '1c' : '1b'}` as `0x${string}`
    expect(await holds({}, account.address, flipped)).toBe(false)
  }
})
