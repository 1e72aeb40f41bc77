import type { Address, Hash, Hex } from '../types.ts'
import type { Signed, StatementDefinition } from './definition.ts'
import { STATEMENTS } from './registry.ts'
import type { StatementBody, StatementKind, StatementType } from './registry.ts'
import { signTyped, verifyTyped } from './typed-data.ts'
import type { DigestSigner, SigningDomain } from './typed-data.ts'
import { typedDigest } from './typed-digest.ts'

const TYPED = new Map<StatementKind, StatementType<StatementKind>>(
  Object.values(STATEMENTS).flatMap(({ typed }) => (typed === null ? [] : [[typed.name, typed] as const])),
)

function typeOf<K extends StatementKind>(kind: K): StatementType<K> {
  return TYPED.get(kind) as StatementType<K>
}

/** The EIP-712 digest that is signed. */
export function statementDigest<K extends StatementKind>(domain: SigningDomain, kind: K, body: StatementBody<K>): Hash {
  return typedDigest(domain, typeOf(kind), body)
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
  account: DigestSigner,
): Promise<Hex> {
  return signTyped(domain, typeOf(kind), body, account)
}

/** True when `signature` is a canonical (low-s, 65-byte) signature of `signer` over the statement. Never throws. */
export async function verifyStatement<K extends StatementKind>(
  domain: SigningDomain,
  kind: K,
  body: StatementBody<K>,
  signature: Hex,
  signer: Address,
): Promise<boolean> {
  return verifyTyped(domain, typeOf(kind), body, signature, signer)
}

/** Whether a message is signed by the key. Never throws. */
export async function isSignedBy<M extends Signed>(
  domain: SigningDomain,
  definition: Pick<StatementDefinition<M>, 'typed' | 'body'>,
  message: M,
  key: Address,
): Promise<boolean> {
  const { typed } = definition
  return typed !== null && verifyTyped(domain, typed, definition.body(message), message.signature, key)
}
