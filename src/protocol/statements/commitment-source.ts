import { fromHex, toHex, ZERO_HASH } from '../bytes.ts'
import { keccak } from '../hash.ts'
import type { Hash, Hex } from '../types.ts'

/** How a commitment came into the round: its member signed it, or the member put it on chain because the operator gave no receipt (a forced commitment). */
export type CommitmentSource = { via: 'signature'; signature: Hex } | { via: 'chain' }

export const VIA_CHAIN: CommitmentSource = { via: 'chain' }

export function viaSignature(signature: Hex): CommitmentSource {
  return { via: 'signature', signature }
}

/** The source as bytes, for record.json, the wire and contract calls: the signature, or no bytes for a forced commitment. */
export function sourceBytes(source: CommitmentSource): Hex {
  return source.via === 'signature' ? source.signature : '0x'
}

/** The source that `sourceBytes` wrote. */
export function sourceFromBytes(bytes: Hex): CommitmentSource {
  return bytes === '0x' ? VIA_CHAIN : viaSignature(bytes)
}

/** `MemberLeaf.signatureHash`: zero for a forced commitment (docs/protocol.md §5). */
export function signatureHash(source: CommitmentSource): Hash {
  return source.via === 'signature' ? toHex(keccak(fromHex(source.signature))) : ZERO_HASH
}

export function sameSource(a: CommitmentSource, b: CommitmentSource): boolean {
  return sourceBytes(a) === sourceBytes(b)
}
