import { recoverAddress, recoverPublicKey } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { expect, it } from 'vitest'
import type { Address, Hash, Hex } from '../../src/protocol/index.ts'
import { KnownKeys } from '../../src/protocol/statements/known-keys.ts'
import fc from '../support/fast-check.ts'

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n

const word = (value: bigint): string => value.toString(16).padStart(64, '0')
const [one, other] = [privateKeyToAccount(`0x${word(77n)}`), privateKeyToAccount(`0x${word(78n)}`)]

const digest: fc.Arbitrary<Hash> = fc
  .oneof(fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }), fc.constantFrom(0n, 1n, ORDER - 1n, ORDER, ORDER + 1n, 2n ** 256n - 1n))
  .map((value): Hash => `0x${word(value)}`)

interface Parts {
  r: bigint
  s: bigint
  v: number
}

/** What an attacker makes of a signature, and what leaves it valid. */
const changes: Record<string, (parts: Parts) => Parts> = {
  none: (parts) => parts,
  'the other recovery bit': ({ r, s, v }) => ({ r, s, v: 55 - v }),
  'high s': ({ r, s, v }) => ({ r, s: ORDER - s, v: 55 - v }),
  'high s with the old recovery bit': ({ r, s, v }) => ({ r, s: ORDER - s, v }),
  'r next to it': ({ r, s, v }) => ({ r: r + 1n, s, v }),
  's next to it': ({ r, s, v }) => ({ r, s: s - 1n, v }),
  'negative r': ({ r, s, v }) => ({ r: ORDER - r, s, v }),
  'r and s exchanged': ({ r, s, v }) => ({ r: s, s: r, v }),
  'r is zero': ({ s, v }) => ({ r: 0n, s, v }),
  's is zero': ({ r, v }) => ({ r, s: 0n, v }),
  'r is the order': ({ s, v }) => ({ r: ORDER, s, v }),
  's is the order': ({ r, v }) => ({ r, s: ORDER, v }),
  'r beyond the order': ({ r, s, v }) => ({ r: BigInt.asUintN(256, r + ORDER), s, v }),
  's beyond the order': ({ r, s, v }) => ({ r, s: BigInt.asUintN(256, s + ORDER), v }),
}

function change(signature: Hex, by: (parts: Parts) => Parts): Hex {
  const parts = {
    r: BigInt(signature.slice(0, 66)),
    s: BigInt(`0x${signature.slice(66, 130)}`),
    v: Number(`0x${signature.slice(130)}`),
  }
  const { r, s, v } = by(parts)
  return `0x${word(r)}${word(s)}${v.toString(16)}`
}

/** What recovery says. */
async function isRecovered(hash: Hash, signature: Hex, signer: Address): Promise<boolean> {
  return recoverAddress({ hash, signature }).then(
    (address) => address === signer,
    () => false,
  )
}

async function knowing(...accounts: (typeof one)[]): Promise<KnownKeys> {
  const keys = new KnownKeys()
  for (const account of accounts) {
    const hash: Hash = `0x${word(9n)}`
    keys.learn(account.address, await recoverPublicKey({ hash, signature: await account.sign({ hash }) }))
  }
  return keys
}

it('a known key accepts exactly the signatures whose recovered key it is', async () => {
  const keys = await knowing(one, other)
  const kinds = Object.keys(changes)
  await fc.assert(
    fc.asyncProperty(digest, digest, fc.constantFrom(...kinds), async (hash, second, kind) => {
      const changed = change(await one.sign({ hash }), changes[kind]!)
      for (const [said, signer] of [
        [hash, one.address],
        [hash, other.address],
        [second, one.address],
      ] as const)
        expect(keys.verifies(said, changed, signer), `${kind}, ${said}, ${changed}`).toBe(
          await isRecovered(said, changed, signer),
        )
    }),
    { numRuns: 300 },
  )
})

it('every change of a signature is tried, and those that leave it valid are accepted', async () => {
  const keys = await knowing(one)
  const hash: Hash = `0x${word(123n)}`
  const signature = await one.sign({ hash })
  const accepted = Object.entries(changes).filter(([, by]) => keys.verifies(hash, change(signature, by), one.address))
  expect(accepted.map(([kind]) => kind)).toEqual(['none', 'high s'])
})

it('the signature of a key that is not the signer is not that of the signer, wherever its table lay', async () => {
  const keys = new KnownKeys(2)
  const accounts = [1n, 2n, 3n, 4n].map((secret) => privateKeyToAccount(`0x${word(secret)}`))
  const hash: Hash = `0x${word(5n)}`
  const signatures = await Promise.all(accounts.map(async (account) => account.sign({ hash })))
  for (const [i, account] of accounts.entries()) {
    keys.learn(account.address, await recoverPublicKey({ hash, signature: signatures[i]! }))
    for (const [j, known] of accounts.entries())
      for (const [k, signature] of signatures.entries())
        expect(keys.verifies(hash, signature, known.address), `${j} ${k} after ${i}`).toBe(j === k && j <= i && j > i - 2)
  }
})

it('the key that was used last stays known', async () => {
  const keys = new KnownKeys(2)
  const accounts = [1n, 2n, 3n].map((secret) => privateKeyToAccount(`0x${word(secret)}`))
  const hash: Hash = `0x${word(6n)}`
  const signatures = await Promise.all(accounts.map(async (account) => account.sign({ hash })))
  const known = (): boolean[] => accounts.map(({ address }, i) => keys.verifies(hash, signatures[i]!, address))
  for (const i of [0, 1]) keys.learn(accounts[i]!.address, await recoverPublicKey({ hash, signature: signatures[i]! }))
  keys.verifies(hash, signatures[0]!, accounts[0]!.address)
  keys.learn(accounts[2]!.address, await recoverPublicKey({ hash, signature: signatures[2]! }))
  expect(known()).toEqual([true, false, true])
})
