import { hashTypedData, recoverAddress } from 'viem'
import type { LocalAccount } from 'viem'
import { sameAddress } from './bytes.ts'
import type { Address, Hash, Hex } from './types.ts'

/** Where signatures are valid: one ledger on one chain (EIP-712 domain, docs/protocol.md §3). */
export interface SigningDomain {
  chainId: number
  ledger: Address
}

export const STATEMENT_TYPES = {
  Commitment: [
    { name: 'task', type: 'uint256' },
    { name: 'round', type: 'uint64' },
    { name: 'member', type: 'address' },
    { name: 'commitment', type: 'bytes32' },
  ],
  Receipt: [
    { name: 'task', type: 'uint256' },
    { name: 'round', type: 'uint64' },
    { name: 'member', type: 'address' },
    { name: 'commitment', type: 'bytes32' },
  ],
  Seal: [
    { name: 'task', type: 'uint256' },
    { name: 'round', type: 'uint64' },
    { name: 'commitments', type: 'bytes32' },
    { name: 'count', type: 'uint32' },
  ],
  Reveal: [
    { name: 'task', type: 'uint256' },
    { name: 'round', type: 'uint64' },
    { name: 'member', type: 'address' },
    { name: 'updateRoot', type: 'bytes32' },
    { name: 'salt', type: 'bytes32' },
  ],
  Attestation: [
    { name: 'task', type: 'uint256' },
    { name: 'round', type: 'uint64' },
    { name: 'member', type: 'address' },
    { name: 'commitments', type: 'bytes32' },
    { name: 'held', type: 'uint256' },
  ],
  Agreement: [
    { name: 'task', type: 'uint256' },
    { name: 'round', type: 'uint64' },
    { name: 'claim', type: 'bytes32' },
  ],
  Session: [
    { name: 'member', type: 'address' },
    { name: 'peerKey', type: 'bytes32' },
    { name: 'expires', type: 'uint64' },
  ],
} as const

interface StatementBodies {
  Commitment: { task: bigint; round: bigint; member: Address; commitment: Hash }
  Receipt: { task: bigint; round: bigint; member: Address; commitment: Hash }
  Seal: { task: bigint; round: bigint; commitments: Hash; count: number }
  Reveal: { task: bigint; round: bigint; member: Address; updateRoot: Hash; salt: Hash }
  Attestation: { task: bigint; round: bigint; member: Address; commitments: Hash; held: bigint }
  Agreement: { task: bigint; round: bigint; claim: Hash }
  Session: { member: Address; peerKey: Hash; expires: bigint }
}
export type StatementKind = keyof StatementBodies
export type StatementBody<K extends StatementKind> = StatementBodies[K]

function typedData<K extends StatementKind>(domain: SigningDomain, kind: K, body: StatementBody<K>) {
  return {
    domain: { name: 'Quorate', version: '1', chainId: domain.chainId, verifyingContract: domain.ledger },
    types: { [kind]: STATEMENT_TYPES[kind] },
    primaryType: kind,
    message: body,
  } as unknown as Parameters<typeof hashTypedData>[0]
}

/** The EIP-712 digest that is signed. */
export function statementDigest<K extends StatementKind>(domain: SigningDomain, kind: K, body: StatementBody<K>): Hash {
  return hashTypedData(typedData(domain, kind, body))
}

/**
 * Signs a statement with an operator key, 65 bytes.
 *
 * @example await signStatement(domain, 'Agreement', { task: 1n, round: 7n, claim }, account)
 */
export async function signStatement<K extends StatementKind>(
  domain: SigningDomain,
  kind: K,
  body: StatementBody<K>,
  account: Pick<LocalAccount, 'sign'>,
): Promise<Hex> {
  if (!account.sign) throw new TypeError('the account cannot sign digests')
  return account.sign({ hash: statementDigest(domain, kind, body) })
}

const HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n

/** True when `signature` is a canonical (low-s, 65-byte) signature of `signer` over the statement. Never throws. */
export async function verifyStatement<K extends StatementKind>(
  domain: SigningDomain,
  kind: K,
  body: StatementBody<K>,
  signature: Hex,
  signer: Address,
): Promise<boolean> {
  if (!/^0x[0-9a-fA-F]{130}$/.test(signature)) return false
  const v = signature.slice(130).toLowerCase()
  if (BigInt(`0x${signature.slice(66, 130)}`) > HALF_ORDER || (v !== '1b' && v !== '1c')) return false
  try {
    return sameAddress(await recoverAddress({ hash: statementDigest(domain, kind, body), signature }), signer)
  } catch {
    return false
  }
}
