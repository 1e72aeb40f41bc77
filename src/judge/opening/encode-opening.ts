import { pairIndex, pairSums } from '../../aggregation/index.ts'
import { chunkCount, concat, fromHex, Reason, word } from '../../protocol/index.ts'
import { normsOf } from '../claim-parts.ts'
import type { ClaimParts, ClaimPartsInput, PairSums } from '../claim-parts.ts'
import { levelWidths, OPENING_MAGIC, openingMalformed } from './opening-format.ts'

/**
 * The opening of a claim: the preimages of all leaves that its operator committed to, which show which leaf of a false
 * claim is wrong (docs/judge.md, docs/protocol.md §11). What every node knows anyway (specification, parent, updates)
 * is left out. Fixed-width and big-endian: one claim has one opening.
 *
 * @throws QuorateError OPENING_MALFORMED when a number has no place in the format: such a claim cannot be opened
 * @example documents.add(encodeOpening(claimParts({ … })))
 */
export function encodeOpening(parts: ClaimParts): Uint8Array {
  const { gram, transition, model, reference } = parts
  const [widths, chunks] = [levelWidths(parts.spec), chunkCount(parts.spec)]
  const misshapen = (levels: PairSums): boolean =>
    levels.length !== widths.length || levels.some((sums, level) => sums.length !== widths[level])
  if (gram.some(misshapen) || [...parts.norms.values()].some(misshapen))
    throw openingMalformed('the shape of a sum tree differs from the specification')
  if (transition.length !== chunks || model.length !== chunks || (reference?.length ?? chunks) !== chunks)
    throw openingMalformed(`a vector tree does not have ${chunks} leaves`)
  return encode(parts, {
    pairs: gram.length,
    sums: (pair) => gram[pair]!,
    words: (chunk) => concat(transition[chunk]!),
    model: (chunk) => model[chunk]!,
    reference: reference && ((chunk) => reference[chunk]!),
  })
}

/**
 * `encodeOpening(claimParts(input))` directly from the result of the engine, without splitting millions of leaves
 * before writing them.
 *
 * @example const opening = openingOf({ spec, rows, evidence, result: await engine.aggregate(input) })
 */
export function openingOf(
  input: Pick<ClaimPartsInput, 'spec' | 'rows' | 'evidence'> & { result: ClaimPartsInput['result'] & { words: Uint8Array } },
): Uint8Array {
  const { spec, rows, evidence, result } = input
  const { gram, trace, words, reference, ledger, ledgerTotal } = result
  const length = words.length / chunkCount(spec)
  const wordsOf = (chunk: number, from = 0, to = length): Uint8Array => words.subarray(chunk * length + from, chunk * length + to)
  return encode(
    { spec, evidence, ledgerTotal, members: rows.length, rows, norms: normsOf(result.rows), trace, ledger },
    {
      pairs: pairIndex(gram.size, 0),
      sums: (pair) => pairSums(gram, pair),
      words: (chunk) => wordsOf(chunk),
      model: (chunk) => wordsOf(chunk, length - 96, length - 64),
      reference: reference && ((chunk) => wordsOf(chunk, length - 32)),
    },
  )
}

type Head = Pick<ClaimParts, 'spec' | 'evidence' | 'ledgerTotal' | 'members' | 'rows' | 'norms' | 'trace' | 'ledger'>

/** The parts of an opening that grow with the model. */
interface Bulk {
  pairs: number
  sums(pair: number): PairSums
  /** Words of a transition leaf, one after the other. */
  words(chunk: number): Uint8Array
  model(chunk: number): Uint8Array
  reference: ((chunk: number) => Uint8Array) | null
}

function encode(head: Head, bulk: Bulk): Uint8Array {
  const out: Uint8Array[] = [OPENING_MAGIC, fromHex(head.evidence), unsigned(head.ledgerTotal, 16), unsigned(head.members, 4)]
  out.push(unsigned(head.rows.length, 1))
  for (const row of head.rows) {
    out.push(fromHex(row.member), unsigned(row.slot, 4), unsigned(row.weight, 16), fromHex(row.commitment))
    out.push(fromHex(row.signatureHash), fromHex(row.updateRoot), unsigned(row.held, 16), fromHex(row.attestationHash))
    out.push(unsigned(row.verdict, 1), unsigned(row.reason, 1), fromHex(row.reasonArg))
    out.push(unsigned(row.beta, 4), unsigned(row.score, 16))
  }
  const refused = head.rows.flatMap(({ reason }, row) => (reason === Reason.norm ? [row] : []))
  out.push(unsigned(refused.length, 1))
  for (const row of refused) {
    const sums = head.norms.get(row)
    if (!sums) throw openingMalformed(`row ${row} has no sum tree`)
    out.push(unsigned(row, 1), encodeSums(sums))
  }
  out.push(unsigned(bulk.pairs, 2))
  for (let pair = 0; pair < bulk.pairs; pair++) out.push(encodeSums(bulk.sums(pair)))
  out.push(unsigned(head.trace.length, 4))
  for (const { kind, index, words } of head.trace) {
    out.push(unsigned(kind, 4), unsigned(index, 4), unsigned(words.length, 4), ...words.map(word))
  }
  const chunks = chunkCount(head.spec)
  for (let chunk = 0; chunk < chunks; chunk++) {
    const words = bulk.words(chunk)
    out.push(unsigned(words.length / 32, 2), words)
  }
  for (let chunk = 0; chunk < chunks; chunk++) out.push(bulk.model(chunk))
  out.push(unsigned(bulk.reference ? 1 : 0, 1))
  for (let chunk = 0; bulk.reference && chunk < chunks; chunk++) out.push(bulk.reference(chunk))
  out.push(unsigned(head.ledger.size, 2))
  for (const [slot, leaf] of [...head.ledger].sort(([a], [b]) => a - b)) {
    out.push(unsigned(slot, 4), fromHex(leaf.member), unsigned(leaf.reward, 16), unsigned(leaf.strikes, 4))
    out.push(unsigned(leaf.reputation, 4), fromHex(leaf.extra))
  }
  return concat(out)
}

/** Eight bytes a sum, two's complement. */
function encodeSums(levels: PairSums): Uint8Array {
  const view = new DataView(new ArrayBuffer(8 * levels.reduce((count, sums) => count + sums.length, 0)))
  let at = 0
  for (const sums of levels) {
    for (const sum of sums) {
      if (!Number.isSafeInteger(sum)) throw openingMalformed(`the sum ${sum} is not an exact integer`)
      const high = Math.floor(sum / 2 ** 32)
      view.setInt32(at, high)
      view.setUint32(at + 4, sum - high * 2 ** 32)
      at += 8
    }
  }
  return new Uint8Array(view.buffer)
}

function unsigned(value: bigint | number, length: number): Uint8Array {
  const big = BigInt(value)
  if (big < 0n || big >> BigInt(8 * length) !== 0n) throw openingMalformed(`${value} does not fit into ${length} bytes`)
  return word(big).subarray(32 - length)
}
