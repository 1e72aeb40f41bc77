import { keccak256, recoverAddress } from 'viem'
import type { LocalAccount } from 'viem'
import { publicKeyToAddress } from 'viem/accounts'
import { QuorateError } from '../core/index.ts'
import { sameAddress } from '../protocol/index.ts'
import type { Address, Hex } from '../protocol/index.ts'
import { accountThatSigns } from './account-that-signs.ts'
import { SignerClient } from './signer-client.ts'
import type { SignerClientOptions } from './signer-client.ts'

export interface RemoteSignerOptions extends SignerClientOptions {
  /** Address of the key. The signer may have others. */
  address: Address
}

/** An account whose key is in a signer. */
export interface RemoteSigner extends LocalAccount {
  /**
   * Asks the signer whether it is up and has the key. Signs nothing.
   *
   * @throws QuorateError SIGNER_UNREACHABLE, SIGNER_REFUSED, SIGNER_MISMATCH without that key, CANCELLED
   */
  check(signal?: AbortSignal): Promise<void>
}

/**
 * An account whose key is in a signer. Every signature is recovered before it is returned: one of another key, or that the contracts would refuse, never
 * leaves this machine.
 *
 * @throws QuorateError of every signature: SIGNER_UNREACHABLE, SIGNER_REFUSED, SIGNER_MISMATCH
 * @example
 * const account = openRemoteSigner({ url: 'https://signer:9000', address: '0x…', token })
 * await account.check(signal)
 */
export function openRemoteSigner(options: RemoteSignerOptions): RemoteSigner {
  const { address } = options
  const client = new SignerClient(options)
  let known: Promise<Hex> | undefined
  /** The name of the key at the signer. It is asked for once. */
  const identifier = async (signal?: AbortSignal): Promise<Hex> => {
    known ??= findKey(client, address, signal)
    known.catch(() => (known = undefined))
    return known
  }
  const account = accountThatSigns(address, async (data) => {
    const signature = await client.sign(await identifier(), data)
    await requireSignature(signature, { data, address, at: client.place })
    return signature
  })
  return {
    ...account,
    async check(signal) {
      await client.upcheck(signal)
      await identifier(signal)
    },
  }
}

async function findKey(client: SignerClient, address: Address, signal: AbortSignal | undefined): Promise<Hex> {
  const keys = await client.publicKeys(signal)
  const found = keys.find((key) => sameAddress(addressOf(key), address))
  if (found) return found
  const held = keys.slice(0, 8).map(addressOf).join(', ')
  throw new QuorateError(
    'SIGNER_MISMATCH',
    `the signer ${client.place} has no key of the address ${address}; it has ${held === '' ? 'none' : held}`,
    { details: { signer: client.place, address } },
  )
}

/** A key is listed as 64 bytes, by some signers with the prefix 04 of uncompressed points. */
function addressOf(key: Hex): Address {
  return publicKeyToAddress(key.length === 130 ? `0x04${key.slice(2)}` : key)
}

/** Half of the order of secp256k1: a contract takes no `s` above it (EIP-2). */
const HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n

async function requireSignature(signature: Hex, of: { data: Hex; address: Address; at: string }): Promise<void> {
  const { data, address, at } = of
  const mismatch = (what: string): QuorateError =>
    new QuorateError('SIGNER_MISMATCH', `the signer ${at} ${what}`, { details: { signer: at, address } })
  if (!['1b', '1c'].includes(signature.slice(130)) || BigInt(signature.slice(0, 66)) === 0n)
    throw mismatch('answered with a signature whose v is neither 27 nor 28')
  if (BigInt(`0x${signature.slice(66, 130)}`) > HALF_ORDER)
    throw mismatch('answered with a signature whose s is above half of the order')
  const signed = await recoverAddress({ hash: keccak256(data), signature }).catch(() => undefined)
  if (signed === undefined || !sameAddress(signed, address))
    throw mismatch(`signed with the key of ${signed ?? 'nobody'} instead of ${address}, or signed other data`)
}
