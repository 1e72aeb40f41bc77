import { QuorateError } from '../core/index.ts'
import {
  chunkCount,
  CHUNKS_PER_SEGMENT,
  claimHash,
  concat,
  depthFor,
  fromHex,
  ledgerRoot,
  MAX_MEMBERS,
  word,
} from '../protocol/index.ts'
import type { Hash, Ledger, LedgerLeaf, MemberLeaf, TaskSpec, Verdict } from '../protocol/index.ts'
import type { TraceLeaf } from '../aggregation/index.ts'
import { sealParts } from './claim-parts.ts'
import type { ClaimParts, PairSums } from './claim-parts.ts'
import { ByteReader } from './byte-reader.ts'

/** What a reader of an opening knows already; the rest of the claim's parts is in the opening. */
export interface OpeningContext extends Pick<ClaimParts, 'task' | 'round' | 'spec' | 'parent' | 'previous' | 'updates'> {
  /** The posted claim that the opening must seal to. */
  claimHash: Hash
}

/** First bytes of every opening: `QOPN` and the version. */
const MAGIC = Uint8Array.of(0x51, 0x4f, 0x50, 0x4e, 1)
const MAX_PAIRS = ((MAX_MEMBERS + 1) * (MAX_MEMBERS + 2)) / 2
const MAX_TRACE = 1 << 16
const MAX_WORDS = 1 << 20
const MAX_LEDGER = 1024

/**
 * The opening of a claim: the preimages of all leaves its operator committed to, so that others can tell which of them is wrong (docs/judge.md, docs/protocol.md §11).
 * What every node knows anyway (specification, parent, updates) is left out. Fixed-width and big-endian: one claim has one opening.
 *
 * @throws QuorateError OPENING_MALFORMED when a number has no place in the format: such a claim cannot be opened
 * @example documents.add(encodeOpening(claimParts({ … })))
 */
export function encodeOpening(parts: ClaimParts): Uint8Array {
  const out: Uint8Array[] = [MAGIC, fromHex(parts.evidence), unsigned(parts.ledgerTotal, 16), unsigned(parts.members, 4)]
  out.push(unsigned(parts.rows.length, 1))
  for (const row of parts.rows) {
    out.push(fromHex(row.member), unsigned(row.slot, 4), unsigned(row.stake, 16), fromHex(row.commitment))
    out.push(fromHex(row.signatureHash), fromHex(row.updateRoot), unsigned(row.verdict, 1), unsigned(row.weight, 4))
    out.push(unsigned(row.score, 16))
  }
  out.push(unsigned(parts.gram.length, 2))
  const widths = levelWidths(parts.spec)
  for (const levels of parts.gram) {
    if (levels.length !== widths.length || levels.some((sums, level) => sums.length !== widths[level]))
      throw malformed('a sum tree has another shape than the specification gives it')
    out.push(encodeSums(levels))
  }
  out.push(unsigned(parts.trace.length, 4))
  for (const { kind, index, words } of parts.trace) {
    out.push(unsigned(kind, 4), unsigned(index, 4), unsigned(words.length, 4), ...words.map(word))
  }
  const chunks = chunkCount(parts.spec)
  if (parts.transition.length !== chunks || parts.model.length !== chunks || (parts.reference?.length ?? chunks) !== chunks)
    throw malformed(`a vector tree has not ${chunks} leaves`)
  for (const words of parts.transition) out.push(unsigned(words.length, 2), ...words)
  out.push(...parts.model, unsigned(parts.reference ? 1 : 0, 1), ...(parts.reference ?? []))
  out.push(unsigned(parts.ledger.size, 2))
  for (const [slot, leaf] of [...parts.ledger].sort(([a], [b]) => a - b)) {
    out.push(unsigned(slot, 4), fromHex(leaf.member), unsigned(leaf.reward, 16), unsigned(leaf.strikes, 4))
    out.push(unsigned(leaf.reputation, 4), fromHex(leaf.extra))
  }
  return concat(out)
}

/**
 * Reads an opening and checks that it is that of the posted claim; so whoever served it need not be trusted.
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
 * The ledger of an opening, checked against the root that the posted claim commits to: for readers who know neither the rounds before nor the updates. It says
 * nothing of the other parts.
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

/** What an opening holds; nothing vouches for it yet. */
function readOpening(
  bytes: Uint8Array,
  spec: TaskSpec,
): Omit<ClaimParts, 'task' | 'round' | 'spec' | 'parent' | 'previous' | 'updates'> {
  const reader = new ByteReader(bytes)
  if (!reader.take(MAGIC.length).every((byte, i) => byte === MAGIC[i])) throw malformed('it does not begin as openings do')
  const evidence = reader.hash()
  const ledgerTotal = reader.big(16)
  const members = reader.number(4)
  const rows = reader.list(reader.count(1, MAX_MEMBERS), () => readRow(reader))
  const widths = levelWidths(spec)
  const gram = reader.list(reader.count(2, MAX_PAIRS), (): PairSums =>
    widths.map((width) => reader.list(width, () => reader.signed64())),
  )
  const trace = reader.list(reader.count(4, MAX_TRACE), (): TraceLeaf => {
    const [kind, index] = [reader.number(4), reader.number(4)]
    return { kind, index, words: reader.list(reader.count(4, MAX_WORDS), () => BigInt.asIntN(256, reader.big(32))) }
  })
  const chunks = chunkCount(spec)
  const transition = reader.list(chunks, () => reader.list(reader.count(2, 2 * MAX_MEMBERS), () => reader.take(32)))
  const model = reader.list(chunks, () => reader.take(32))
  const reference = reader.count(1, 1) === 1 ? reader.list(chunks, () => reader.take(32)) : null
  const ledger = new Map<number, LedgerLeaf>()
  for (let left = reader.count(2, MAX_LEDGER), last = -1; left > 0; left--) {
    const slot = reader.count(4, MAX_LEDGER - 1)
    if (slot <= last) throw malformed('ledger slots are not ascending')
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
  return { rows, gram, trace, transition, model, reference, ledger, evidence, ledgerTotal, members }
}

function readRow(reader: ByteReader): MemberLeaf {
  return {
    member: reader.address(),
    slot: reader.number(4),
    stake: reader.big(16),
    commitment: reader.hash(),
    signatureHash: reader.hash(),
    updateRoot: reader.hash(),
    verdict: reader.number(1) as Verdict,
    weight: reader.number(4),
    score: reader.big(16),
  }
}

function malformed(what: string): QuorateError {
  return new QuorateError('OPENING_MALFORMED', `this is no opening of a claim: ${what}`)
}

/** Nodes of a pair's sum tree by level. */
function levelWidths(spec: TaskSpec): number[] {
  const widths = [chunkCount(spec) / CHUNKS_PER_SEGMENT]
  for (let level = depthFor(widths[0]!); level > 0; level--) widths.push(Math.ceil(widths.at(-1)! / 2))
  return widths
}

function encodeSums(levels: PairSums): Uint8Array {
  const sums = levels.flat()
  const view = new DataView(new ArrayBuffer(8 * sums.length))
  sums.forEach((sum, i) => {
    if (!Number.isSafeInteger(sum)) throw malformed(`the sum ${sum} is no exact integer`)
    view.setBigInt64(8 * i, BigInt(sum))
  })
  return new Uint8Array(view.buffer)
}

function unsigned(value: bigint | number, length: number): Uint8Array {
  const big = BigInt(value)
  if (big < 0n || big >> BigInt(8 * length) !== 0n) throw malformed(`${value} does not fit into ${length} bytes`)
  return word(big).subarray(32 - length)
}
