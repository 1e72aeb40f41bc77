import { QuorateError } from '../../core/index.ts'
import { chunkCount, claimHash, ledgerRoot, MAX_MEMBERS, membersRoot, Reason } from '../../protocol/index.ts'
import type { Claim, Hash, Ledger, LedgerLeaf, MemberLeaf, TaskSpec, Verdict } from '../../protocol/index.ts'
import type { TraceLeaf } from '../../aggregation/index.ts'
import { ByteReader } from './byte-reader.ts'
import { reasonArgOf, sealParts, sumRoots } from '../claim-parts.ts'
import type { ClaimParts, PairSums } from '../claim-parts.ts'
import { levelWidths, OPENING_MAGIC, openingMalformed } from './opening-format.ts'

/** What a reader of an opening knows already; the rest of the claim's parts is in the opening. */
export interface OpeningContext extends Pick<ClaimParts, 'task' | 'round' | 'spec' | 'parent' | 'previous' | 'updates'> {
  /** The posted claim that the opening must seal to. */
  claimHash: Hash
}

const MAX_PAIRS = ((MAX_MEMBERS + 1) * (MAX_MEMBERS + 2)) / 2
const MAX_TRACE = 1 << 16
const MAX_WORDS = 1 << 20
const MAX_LEDGER = 1024

/**
 * Reads an opening and checks that it is that of the posted claim; so the peer that served the opening need not be
 * trusted.
 *
 * @throws QuorateError OPENING_MALFORMED, or OPENING_MISMATCH when it opens another claim
 * @example const posted = decodeOpening(await peers.fetchDocument(openingHash, signal), { ...known, claimHash })
 */
export function decodeOpening(bytes: Uint8Array, context: OpeningContext): ClaimParts {
  const { claimHash: expected, ...known } = context
  const parts: ClaimParts = { ...known, ...readOpening(bytes, known.spec) }
  const opened = claimHash(known.task, known.round, sealParts(parts))
  if (opened !== expected) {
    throw new QuorateError('OPENING_MISMATCH', `the opening is that of claim ${opened}, not of ${expected}`, {
      details: { opened, expected },
    })
  }
  return parts
}

/**
 * The ledger of an opening, checked against the root that the posted claim commits to: for readers without the earlier
 * rounds and without the updates. It says nothing of the other parts.
 *
 * @param spec of the task: its tensors say how long the parts before the ledger are
 * @param root `ledgerRoot` of the claim
 * @throws QuorateError OPENING_MALFORMED, or OPENING_MISMATCH when its ledger has another root
 * @example const ledger = openedLedger(bytes, spec, claim.ledgerRoot)
 */
export function openedLedger(bytes: Uint8Array, spec: TaskSpec, root: Hash): Ledger {
  const { ledger } = readOpening(bytes, spec)
  const opened = ledgerRoot(ledger)
  if (opened === root) return ledger
  throw new QuorateError('OPENING_MISMATCH', `the opening has the ledger ${opened}, not ${root}`, {
    details: { opened, expected: root },
  })
}

/**
 * The members rows of an opening, checked against the root that the posted claim commits to; it says nothing of the other parts.
 *
 * @param root `membersRoot` of the claim
 * @throws QuorateError OPENING_MALFORMED, or OPENING_MISMATCH when its rows have another root
 */
export function openedRows(bytes: Uint8Array, spec: TaskSpec, root: Hash): MemberLeaf[] {
  const { rows } = readOpening(bytes, spec)
  const opened = membersRoot(rows)
  if (opened === root) return rows
  throw new QuorateError('OPENING_MISMATCH', `the opening has the members rows ${opened}, not ${root}`, {
    details: { opened, expected: root },
  })
}

/** The leaves of a claim that do not grow with the model: what decides about its members. */
export type OpenedLeaves = Pick<ClaimParts, 'rows' | 'norms' | 'gram' | 'trace' | 'ledger'>

/**
 * The leaves of an opening that decide about members, checked against the roots of the posted claim. The leaves of the vectors are passed over.
 *
 * @throws QuorateError OPENING_MALFORMED, or OPENING_MISMATCH when its leaves have other roots
 */
export function openedLeaves(
  bytes: Uint8Array,
  spec: TaskSpec,
  claim: Pick<Claim, 'membersRoot' | 'gramRoot' | 'traceRoot' | 'ledgerRoot'>,
): OpenedLeaves {
  const { rows, norms, gram, trace, ledger } = readOpening(bytes, spec, { vectors: false })
  const roots = { membersRoot: membersRoot(rows), ...sumRoots({ gram, trace }), ledgerRoot: ledgerRoot(ledger) }
  for (const [name, root] of Object.entries(roots)) {
    const expected = claim[name as keyof typeof roots]
    if (root === expected) continue
    throw new QuorateError('OPENING_MISMATCH', `the opening has the ${name} ${root}, not ${expected}`, {
      details: { opened: root, expected },
    })
  }
  return { rows, norms, gram, trace, ledger }
}

/**
 * What an opening holds; nothing vouches for it yet.
 *
 * @param vectors whether to take the leaves of transition, model and reference apart; they grow with the model
 */
function readOpening(
  bytes: Uint8Array,
  spec: TaskSpec,
  { vectors = true } = {},
): Omit<ClaimParts, 'task' | 'round' | 'spec' | 'parent' | 'previous' | 'updates'> {
  const reader = new ByteReader(bytes)
  if (!reader.take(OPENING_MAGIC.length).every((byte, i) => byte === OPENING_MAGIC[i]))
    throw openingMalformed('it does not begin as openings do')
  const evidence = reader.hash()
  const ledgerTotal = reader.big(16)
  const members = reader.number(4)
  const rows = reader.list(reader.count(1, MAX_MEMBERS), () => readRow(reader))
  const widths = levelWidths(spec)
  const readSums = (): PairSums => widths.map((width) => reader.list(width, () => reader.signed64()))
  const norms = readNorms(reader, rows, readSums)
  const gram = reader.list(reader.count(2, MAX_PAIRS), readSums)
  const trace = reader.list(reader.count(4, MAX_TRACE), (): TraceLeaf => {
    const [kind, index] = [reader.number(4), reader.number(4)]
    return { kind, index, words: reader.list(reader.count(4, MAX_WORDS), () => BigInt.asIntN(256, reader.big(32))) }
  })
  const chunks = chunkCount(spec)
  const hashes = (count: number): Uint8Array[] => {
    if (vectors) return reader.list(count, () => reader.take(32))
    reader.take(32 * count)
    return []
  }
  const transition: Uint8Array[][] = []
  for (let chunk = 0; chunk < chunks; chunk++) {
    const words = hashes(reader.count(2, 2 * MAX_MEMBERS))
    if (vectors) transition.push(words)
  }
  const model = hashes(chunks)
  const reference = reader.count(1, 1) === 1 ? hashes(chunks) : null
  const ledger = new Map<number, LedgerLeaf>()
  for (let left = reader.count(2, MAX_LEDGER), last = -1; left > 0; left--) {
    const slot = reader.count(4, MAX_LEDGER - 1)
    if (slot <= last) throw openingMalformed('ledger slots are not ascending')
    last = slot
    ledger.set(slot, {
      member: reader.address(),
      reward: reader.big(16),
      strikes: reader.number(4),
      reputation: reader.number(4),
      extra: reader.hash(),
    })
  }
  reader.end()
  return { rows, norms, gram, trace, transition, model, reference, ledger, evidence, ledgerTotal, members }
}

/** The sum tree of every row that is inadmissible for its norm: the tree that the row commits to. */
function readNorms(reader: ByteReader, rows: readonly MemberLeaf[], readSums: () => PairSums): Map<number, PairSums> {
  const wanted = rows.flatMap(({ reason }, i) => (reason === Reason.norm ? [i] : []))
  const count = reader.count(1, MAX_MEMBERS)
  const norms = new Map<number, PairSums>()
  for (let k = 0; k < count; k++) {
    const row = reader.number(1)
    if (row !== wanted[k]) throw openingMalformed('a row has a sum tree that it should not have')
    const sums = readSums()
    if (reasonArgOf(sums) !== rows[row]!.reasonArg) throw openingMalformed(`the sum tree of row ${row} is another one`)
    norms.set(row, sums)
  }
  if (count !== wanted.length) throw openingMalformed('a row has no sum tree')
  return norms
}

function readRow(reader: ByteReader): MemberLeaf {
  return {
    member: reader.address(),
    slot: reader.number(4),
    weight: reader.big(16),
    commitment: reader.hash(),
    signatureHash: reader.hash(),
    updateRoot: reader.hash(),
    held: reader.big(16),
    attestationHash: reader.hash(),
    verdict: reader.number(1) as Verdict,
    reason: reader.number(1) as Reason,
    reasonArg: reader.hash(),
    beta: reader.number(4),
    score: reader.big(16),
  }
}
