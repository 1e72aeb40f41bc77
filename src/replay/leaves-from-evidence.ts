import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { QuorateError } from '../core/index.ts'
import { openedLeaves, openedLedger, sumLevels } from '../judge/index.ts'
import type { PairSums } from '../judge/index.ts'
import { decodeSpec, ledgerLevels, merkleProof, sameAddress, specHash, toHex } from '../protocol/index.ts'
import type { Address, Claim, Hash, Ledger, TaskSpec } from '../protocol/index.ts'
import type { OpenedSlot, PairRoot, RoundLeaves } from '../why/index.ts'
import { evidencePath, OPENING_FILE, readGenesis, readOpening, SPEC_FILE } from './evidence-folder.ts'
import { genesisState } from './model-state.ts'

interface PostedClaim {
  round: bigint
  claimHash: Hash
  claim: Claim
}

export interface LeavesSource {
  task: bigint
  /** As the chain names it. */
  specHash: Hash
  /** The claims that stand. */
  claims: readonly PostedClaim[]
  /** Round of one of them. */
  round: bigint
  /** Owner address of a member, or of the operator that posted. */
  member: Address
}

/**
 * The leaves that decide about a member in a round, from a folder of evidence. Each tree is checked against its root on chain, so the folder need not be
 * trusted; `checkLeaves` checks once more all that they say together.
 *
 * @param folder holds `<task>/<round>/`
 * @throws QuorateError EVIDENCE_MISSING, SPEC_MISMATCH, OPENING_MALFORMED, OPENING_MISMATCH
 * @example const leaves = await leavesFromEvidence('state/evidence', { task, specHash, claims: standingClaims(events), round, member })
 */
export async function leavesFromEvidence(folder: string, source: LeavesSource): Promise<RoundLeaves> {
  const { task, claims, round, member } = source
  const posted = claims.find((one) => one.round === round)
  if (!posted) throw new QuorateError('EVIDENCE_MISSING', `no claim of round ${round} stands`, { details: { round } })
  const { claim } = posted
  const spec = await readSpec(folder, source)
  const { rows, norms, gram, trace, ledger } = openedLeaves(await openingOf(folder, task, round), spec, claim)
  const row = rows.findIndex((one) => sameAddress(one.member, member))
  const before = await readParent(folder, source, claim.parent, spec)
  const slot = rows[row]?.slot ?? [...ledger].find(([, leaf]) => sameAddress(leaf.member, member))?.[0]
  const open = (opened: Ledger | undefined): OpenedSlot | null => (slot === undefined || !opened ? null : openSlot(opened, slot))
  const norm = norms.get(row)
  return {
    task,
    round,
    member,
    spec,
    claim,
    parent: before.parent,
    rows,
    gram: gram.map(rootOf),
    norm: norm ? rootOf(norm) : null,
    trace,
    ledgerBefore: open(before.ledger),
    ledgerAfter: open(ledger),
  }
}

/** The specification in a round's evidence. @throws QuorateError EVIDENCE_MISSING, SPEC_MISMATCH */
export async function readSpec(
  folder: string,
  { task, round, specHash: expected }: Pick<LeavesSource, 'task' | 'round' | 'specHash'>,
): Promise<TaskSpec> {
  const path = join(evidencePath(folder, task, round), SPEC_FILE)
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new QuorateError('EVIDENCE_MISSING', `${path} cannot be read`, { cause, details: { file: path } })
  })
  const spec = decodeSpec(text)
  if (specHash(spec) !== expected)
    throw new QuorateError('SPEC_MISMATCH', `${path} is not the specification that the chain names`)
  return spec
}

/** The opening of a round's claim; nothing vouches for it yet. @throws QuorateError EVIDENCE_MISSING */
export async function openingOf(folder: string, task: bigint, round: bigint): Promise<Uint8Array> {
  const opening = await readOpening(folder, task, round)
  if (opening) return opening
  const path = join(evidencePath(folder, task, round), OPENING_FILE)
  throw new QuorateError('EVIDENCE_MISSING', `there is no file ${path}`, { details: { file: path } })
}

/** The claim before, and its ledger where the folder has it. */
async function readParent(
  folder: string,
  { task, claims }: LeavesSource,
  parentHash: Hash,
  spec: TaskSpec,
): Promise<{ parent: RoundLeaves['parent']; ledger: Ledger | undefined }> {
  const parent = claims.find(({ claimHash }) => claimHash === parentHash)
  if (!parent) {
    const { round, claim, ledger } = genesisState(task, spec, await readGenesis(folder, task, spec))
    return { parent: { round, claim }, ledger }
  }
  const { round, claim } = parent
  const opening = await readOpening(folder, task, round)
  return { parent: { round, claim }, ledger: opening && openedLedger(opening, spec, claim.ledgerRoot) }
}

function openSlot(ledger: Ledger, slot: number): OpenedSlot {
  return { slot, leaf: ledger.get(slot) ?? null, path: merkleProof(ledgerLevels(ledger), slot).map(toHex) }
}

function rootOf(sums: PairSums): PairRoot {
  const { hash, sum } = sumLevels(sums).at(-1)![0]!
  return { hash: toHex(hash), product: sum }
}
