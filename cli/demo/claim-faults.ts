import { aggregateRound, applyStep, createWasmKernels, TraceKind } from '../../src/aggregation/index.ts'
import type { LedgerOperator } from '../../src/aggregation/index.ts'
import { claimParts } from '../../src/judge/index.ts'
import type { ClaimParts } from '../../src/judge/index.ts'
import { CHUNK, int32Leaves, int8Leaves, isAdmitted, Reason, Verdict, viaSignature, ZERO_HASH } from '../../src/protocol/index.ts'
import type { MemberLeaf, RoundRecord } from '../../src/protocol/index.ts'
import type { ClaimFault } from './claim-fault.ts'

type Lie = Omit<ClaimFault, 'round'>

/** The faults of the demo by name. Each changes one step, and everything after that step is computed over the change. */
const LIES = {
  /** The new model is not the sum of the updates in one chunk. */
  aggregate: { claim: aggregate },
  /** The transposed tree names other bytes for a member's chunk than the member revealed. */
  row: { claim: row },
  /** One inner product over one segment is wrong, and so are the sums above it. */
  gram: { claim: gram },
  /** The operator gives half of one member's weight to another. */
  weights: { claim: weights },
  /** A member is paid what another earned. */
  ledger: { claim: ledger },
  /** The model tree holds another chunk than the transition arrives at. */
  model: { claim: (parts) => ({ ...parts, model: parts.model.with(0, otherChunk(parts, 0)) }) },
  /** The operator signs a member's commitment itself. */
  commitment: {
    async record(record, voice) {
      const [first, ...others] = record.rows
      if (!first) return record
      const { task, round } = record
      const body = { task, round, member: first.member, commitment: first.commitment }
      return { ...record, rows: [{ ...first, source: viaSignature(await voice.sign('Commitment', body)) }, ...others] }
    },
  },
  /** One member's update is refused for a forbidden value that it does not have. */
  inadmissible: { claim: inadmissible },
  /** One member counts with three times its stake. */
  weight: { claim: weight },
  /** The claim uses one attestation only. */
  certificate: { claim: certificate },
  /** A member that holds a receipt is left out. The others know the receipt and attest to nothing, so the operator forges their attestations. */
  omission: { seal: (rows) => rows.toSpliced(Math.min(1, rows.length - 1), 1), record: attested },
  /** The claim has a row of another commitment than the operator sealed. */
  unsealed: { claim: unsealed },
  /** Wrong numbers, and no data that shows where. */
  withhold: { claim: aggregate, withhold: true },
} as const satisfies Record<string, Lie>

export type FaultName = keyof typeof LIES
export const faultNames = Object.keys(LIES) as FaultName[]

export function isFaultName(name: string): name is FaultName {
  return Object.hasOwn(LIES, name)
}

/** The fault of this name in one round. @example claimFault('gram', 3n) */
export function claimFault(name: FaultName, round: bigint): ClaimFault {
  return { round, ...LIES[name] }
}

/** The record as if every sealed member had attested, and held nothing: nobody has revealed. */
async function attested(record: RoundRecord): Promise<RoundRecord> {
  const signature = `0x${'11'.repeat(65)}` as const
  return { ...record, attestations: record.rows.map(({ member }) => ({ member, held: 0n, signature })) }
}

function inadmissible(parts: ClaimParts): ClaimParts {
  const at = parts.rows.findIndex(({ beta }) => beta > 0)
  if (at < 0) return parts
  const told = recomputed(parts, parts.rows.with(at, { ...parts.rows[at]!, updateRoot: ZERO_HASH }))
  const refused = { verdict: Verdict.inadmissible, reason: Reason.value, updateRoot: parts.rows[at]!.updateRoot }
  return { ...told, rows: told.rows.with(at, { ...told.rows[at]!, ...refused }) }
}

function weight(parts: ClaimParts): ClaimParts {
  const at = parts.rows.findIndex(({ beta }) => beta > 0)
  if (at < 0) return parts
  const row = parts.rows[at]!
  return recomputed(parts, parts.rows.with(at, { ...row, weight: 3n * row.weight }))
}

function certificate(parts: ClaimParts): ClaimParts {
  const first = parts.rows.findIndex(({ attestationHash }) => attestationHash !== ZERO_HASH)
  const rows = parts.rows.map((row, i) => (i === first ? row : { ...row, held: 0n, attestationHash: ZERO_HASH }))
  return { ...parts, rows }
}

/** The claim that follows from these rows; those without update root are not aggregated. */
function recomputed(parts: ClaimParts, rows: readonly MemberLeaf[]): ClaimParts {
  const { task, round, spec, parent, previous, updates, evidence } = parts
  const result = aggregateRound({
    spec,
    round,
    kernels: createWasmKernels(),
    ...previous,
    operator: operatorOf(parts),
    rows: rows.map(({ member, slot, weight: stake, updateRoot }) => ({
      member,
      slot,
      weight: stake,
      updateRoot: updateRoot === ZERO_HASH ? null : updateRoot,
      update: updateRoot === ZERO_HASH ? null : updates.get(updateRoot)!,
    })),
  })
  const leaves = rows.map((row, i): MemberLeaf => {
    const { verdict, reason, reasonArg, beta, score } = result.rows[i]!
    return { ...row, verdict, reason, reasonArg, beta, score }
  })
  return claimParts({ task, round, spec, parent, previous, updates, evidence, rows: leaves, result })
}

/** Who has the operator's share: the slot without a row that earned something. */
function operatorOf({ rows, ledger, previous }: ClaimParts): LedgerOperator | undefined {
  for (const [slot, { member, reward }] of ledger)
    if (!rows.some((row) => row.slot === slot) && reward !== (previous.ledger.get(slot)?.reward ?? 0n)) return { member, slot }
  return undefined
}

function aggregate(parts: ClaimParts): ClaimParts {
  const leaf = otherChunk(parts, 0)
  const words = parts.transition[0]!
  return {
    ...parts,
    transition: parts.transition.with(0, words.with(words.length - 3, leaf)),
    model: parts.model.with(0, leaf),
  }
}

function unsealed(parts: ClaimParts): ClaimParts {
  const [first, ...others] = parts.rows
  return first ? { ...parts, rows: [{ ...first, commitment: first.signatureHash }, ...others] } : parts
}

function row(parts: ClaimParts): ClaimParts {
  const victim = carrying(parts)[0]
  if (!victim) return parts
  const update = parts.updates.get(victim.updateRoot)!.slice()
  update[0] = update[0] === 0 ? 1 : 0
  return { ...parts, transition: parts.transition.with(0, parts.transition[0]!.with(0, int8Leaves(update)[0]!)) }
}

function gram(parts: ClaimParts): ClaimParts {
  const pair = parts.gram.length > 1 ? 1 : 0
  const sums = parts.gram[pair]!.map((level) => level.with(0, level[0]! + 1000))
  return { ...parts, gram: parts.gram.with(pair, sums) }
}

function ledger(parts: ClaimParts): ClaimParts {
  const [robbed, favoured] = carrying(parts)
  if (!robbed || !favoured) return parts
  const from = parts.ledger.get(robbed.slot)!
  const to = parts.ledger.get(favoured.slot)!
  const amount = from.reward / 2n
  const changed = new Map(parts.ledger)
  changed.set(robbed.slot, { ...from, reward: from.reward - amount })
  changed.set(favoured.slot, { ...to, reward: to.reward + amount })
  return { ...parts, ledger: changed }
}

function weights(parts: ClaimParts): ClaimParts {
  const [giver, taker] = carrying(parts)
  if (!giver || !taker) return parts
  const moved = Math.ceil(giver.beta / 2)
  const told = (row: MemberLeaf): number =>
    row.beta + (row.member === taker.member ? moved : row.member === giver.member ? -moved : 0)
  const rows = parts.rows.map((row) => ({ ...row, beta: told(row) }))
  const betas = rows.filter(({ verdict }) => isAdmitted(verdict)).map(({ beta }) => BigInt(beta))
  const trace = parts.trace.map((leaf) => (leaf.kind === TraceKind.weights ? { ...leaf, words: betas } : leaf))
  const paid = carrying({ ...parts, rows })
  const { model } = applyStep(createWasmKernels(), {
    ...parts.previous,
    spec: parts.spec,
    rows: paid.map(({ updateRoot }) => parts.updates.get(updateRoot)!),
    betas: paid.map(({ beta }) => beta),
  })
  const leaves = int32Leaves(model)
  const transition = parts.transition.map((words, chunk) => words.with(words.length - 3, leaves[chunk]!))
  return { ...parts, rows, trace, transition, model: leaves }
}

/** Rows whose update counts. */
function carrying(parts: Pick<ClaimParts, 'rows'>): MemberLeaf[] {
  return parts.rows.filter(({ beta }) => beta > 0)
}

/** The leaf of a model chunk with wrong content. */
function otherChunk({ previous }: ClaimParts, chunk: number): Uint8Array {
  const model = previous.model.slice()
  model[chunk * CHUNK] = (model[chunk * CHUNK]! + 1) | 0
  return int32Leaves(model)[chunk]!
}
