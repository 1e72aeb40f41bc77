import { ownSumsHash, pairLeaf } from '../aggregation/gram-tree.ts'
import { traceRoot } from '../aggregation/trace.ts'
import { QuorateError } from '../core/errors.ts'
import { fromHex, sameAddress, toHex, ZERO_HASH } from '../protocol/bytes.ts'
import { claimHash, ledgerLeafHash, membersRoot } from '../protocol/claim.ts'
import { depthFor, merkleRoot, rootFromProof } from '../protocol/merkle.ts'
import { specHash } from '../protocol/spec.ts'
import { LEDGER_DEPTH, Reason } from '../protocol/types.ts'
import type { Hash } from '../protocol/types.ts'
import type { OpenedSlot, RoundLeaves } from './round-leaves.ts'

/** One thing that was compared. */
export interface LeafCheck {
  /** What the leaves open, in words. */
  what: string
  /** What the claim has. */
  committed: Hash
}

/** What the chain says of a round; the leaves are held against it. */
export interface ChainFacts {
  claimHash: Hash
  /** Of the task. Claims name it only by their first parent. */
  specHash: Hash
}

/**
 * Holds leaves against the claim hash: every tree is hashed again, so a changed leaf is refused.
 *
 * @returns what was compared
 * @throws QuorateError OPENING_MISMATCH; `details.what` says which leaves are others
 * @example checkLeaves(decodeLeaves(await response.json()), await readChainFacts(provider, { ledger, task, round }))
 */
export function checkLeaves(leaves: RoundLeaves, facts: ChainFacts): LeafCheck[] {
  const { task, round, claim, parent, rows, gram, trace, ledgerBefore, ledgerAfter } = leaves
  const checks: LeafCheck[] = []
  const compare = (what: string, opened: Hash, committed: Hash): void => {
    if (opened !== committed) {
      throw new QuorateError('OPENING_MISMATCH', `${what}: the leaves lead to ${opened}, and not to ${committed}`, {
        details: { what, opened, committed },
      })
    }
    checks.push({ what, committed })
  }
  compare('the specification', specHash(leaves.spec), facts.specHash)
  compare('the claim', claimHash(task, round, claim), facts.claimHash)
  compare('the claim before', claimHash(task, parent.round, parent.claim), claim.parent)
  compare('the members rows', membersRoot(rows), claim.membersRoot)
  compare('the inner products of the updates', gramRootOf(gram), claim.gramRoot)
  compare('the intermediate values of the rule', trace.length === 0 ? ZERO_HASH : traceRoot(trace), claim.traceRoot)
  if (ledgerBefore) compare('the ledger before the round', ledgerRootOf(ledgerBefore), parent.claim.ledgerRoot)
  if (ledgerAfter) compare('the ledger after the round', ledgerRootOf(ledgerAfter), claim.ledgerRoot)
  checkSlots(leaves)
  if (rows.length !== claim.members) mismatch('the members rows', `${rows.length} rows are not the ${claim.members} of the claim`)
  const own = rows.find((row) => sameAddress(row.member, leaves.member))
  if (own?.reason === Reason.norm) compare('the squared norm of the update', normHash(leaves), own.reasonArg)
  return checks
}

/** A ledger leaf counts for the member only if it is the member's own. */
function checkSlots({ rows, member, ledgerBefore, ledgerAfter }: RoundLeaves): void {
  const row = rows.find((one) => sameAddress(one.member, member))
  for (const opened of [ledgerBefore, ledgerAfter]) {
    if (!opened) continue
    if (row && row.slot !== opened.slot) mismatch('the ledger', `slot ${opened.slot} is not that of the member`)
    if (opened.leaf && !sameAddress(opened.leaf.member, member))
      mismatch('the ledger', `slot ${opened.slot} is that of ${opened.leaf.member}`)
  }
  if (ledgerBefore && ledgerAfter && ledgerBefore.slot !== ledgerAfter.slot)
    mismatch('the ledger', 'the two leaves are of different slots')
}

function normHash({ norm }: RoundLeaves): Hash {
  if (!norm) return mismatch('the squared norm of the update', 'it is missing')
  return ownSumsHash([[{ hash: fromHex(norm.hash), sum: norm.product }]])
}

function gramRootOf(gram: RoundLeaves['gram']): Hash {
  if (gram.length === 0) return ZERO_HASH
  const leaves = gram.map(({ hash, product }, pair) => pairLeaf({ hash: fromHex(hash), sum: product }, pair))
  return toHex(merkleRoot(leaves, depthFor(leaves.length)))
}

function ledgerRootOf({ slot, leaf, path }: OpenedSlot): Hash {
  if (path.length !== LEDGER_DEPTH || slot >= 2 ** LEDGER_DEPTH) mismatch('the ledger', `it has no slot ${slot} with such a path`)
  const hash = leaf ? fromHex(ledgerLeafHash(leaf)) : new Uint8Array(32)
  return toHex(rootFromProof(hash, slot, path.map(fromHex)))
}

function mismatch(what: string, why: string): never {
  throw new QuorateError('OPENING_MISMATCH', `${what}: ${why}`, { details: { what } })
}
