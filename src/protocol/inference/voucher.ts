import { signingFor, signTyped, typedDigest, verifyTyped } from '../statements/index.ts'
import type { ContractDomain, DigestSigner, TypedData } from '../statements/index.ts'
import type { Address, Hash, Hex } from '../types.ts'

/** Pays for all calls of a channel so far. */
export interface Voucher {
  channel: Hash
  /** Token wei, never less than in an earlier voucher. */
  total: bigint
}

const VOUCHER = { name: 'Voucher', fields: { channel: 'bytes32', total: 'uint128' } } as const satisfies TypedData

export function voucherDigest(domain: ContractDomain, voucher: Voucher): Hash {
  return typedDigest(signingFor(domain), VOUCHER, voucher)
}

/** @example const signature = await signVoucher({ chainId, contract: channels }, { channel, total }, account) */
export async function signVoucher(domain: ContractDomain, voucher: Voucher, account: DigestSigner): Promise<Hex> {
  return signTyped(signingFor(domain), VOUCHER, voucher, account)
}

/** Whether the signer of the channel signed the voucher. Needs no chain, and never throws. */
export async function isVoucherSigned(
  domain: ContractDomain,
  voucher: Voucher,
  signature: Hex,
  signer: Address,
): Promise<boolean> {
  return verifyTyped(signingFor(domain), VOUCHER, voucher, signature, signer)
}
