import type { LocalAccount } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import type { ClaimComputer, ComputedClaim, ModelState } from '../../../src/replay/index.ts'
import {
  commitmentOf,
  commitmentsHash,
  documentHash,
  fileHash,
  formatDocument,
  lowerHex,
  modelBytes,
  modelRoot,
  paddedLength,
  signStatement,
  toHex,
  updateRoot,
  viaSignature,
} from '../../../src/protocol/index.ts'
import type {
  Address,
  Hash,
  RecordFacts,
  RequiredGrants,
  RoundRecord,
  SnapshotMember,
  TaskSpec,
} from '../../../src/protocol/index.ts'
import { hashOf, taskSpec } from '../../unit/aggregation/fixtures.ts'

/** Coordinates of the one tensor. */
export const LENGTH = 768

export interface SmallTask {
  spec: TaskSpec
  document: string
  /** The genesis model as a blob. */
  genesis: Uint8Array
  /** The genesis model. */
  model: Int32Array
}

/** A task of one small tensor, whose rounds a test signs and computes itself; it may ask for grants of data. */
export function smallTask(changes: Partial<TaskSpec> = {}, { grants }: { grants?: RequiredGrants } = {}): SmallTask {
  const tensors = [{ length: LENGTH, updateExponent: -9, modelExponent: -20, eta: 70_001, shift: 20 }]
  const length = paddedLength({ tensors })
  const model = Int32Array.from({ length }, (_, k) => (k < LENGTH ? ((k * 2_654_435_761) | 0) >> 8 : 0))
  const genesis = modelBytes(model)
  const document = formatDocument({
    name: 'small',
    tensors: [{ name: 'w', shape: [LENGTH] }],
    genesis: fileHash(genesis),
    ...(grants && { grants }),
    training: {},
  })
  const genesisModelRoot = toHex(modelRoot(model))
  const spec = taskSpec({ tensors, genesisModelRoot, document: documentHash(document), maxNormSq: 2n ** 40n, ...changes })
  return { spec, document, genesis, model }
}

/** An update of the small task; honest members differ by a little noise. */
export function smallUpdate(seed: number): Int8Array {
  const length = paddedLength(smallTask().spec)
  return Int8Array.from({ length }, (_, k) => (k < LENGTH ? ((k * 31) % 61) - 30 + ((k * (seed + 7)) % 11) - 5 : 0))
}

/** Somebody who signs: owner and key of one number. */
export interface Signer {
  owner: Address
  account: LocalAccount
}

export function signerOf(n: number): Signer {
  return { owner: `0x${n.toString(16).padStart(40, '0')}`, account: privateKeyToAccount(`0x${n.toString(16).padStart(64, '0')}`) }
}

export function snapshotOf(signers: readonly Signer[]): SnapshotMember[] {
  return signers.map(({ owner, account }, slot) => ({ member: owner, operatorKey: account.address, slot, stake: 100n }))
}

export interface SignedParts {
  /** Update of every member that commits, by lower-case owner. */
  updates: ReadonlyMap<string, Int8Array>
  /** Who signs for whom, by lower-case owner. */
  keys: ReadonlyMap<string, LocalAccount>
  operator: Signer
}

/** What the chain says of the rounds that `signRecord` recorded last, by number. */
export const SEALED = new Map<number, { digest: Hash; count: number }>()

/** A true record of a round: everybody who has an update commits, reveals and holds everything. */
export async function signRecord(facts: RecordFacts, { updates, keys, operator }: SignedParts): Promise<RoundRecord> {
  const { domain, task, round } = facts
  const rows: RoundRecord['rows'] = []
  for (const member of facts.members.map((one) => lowerHex(one.member))) {
    const update = updates.get(member)
    if (!update) continue
    const key = keys.get(member)!
    const [root, salt] = [toHex(updateRoot(update)), hashOf(Number(round))]
    const commitment = commitmentOf(task, round, member, root, salt)
    const base = { task, round, member }
    rows.push({
      member,
      commitment,
      source: viaSignature(await signStatement(domain, 'Commitment', { ...base, commitment }, key)),
      reveal: {
        updateRoot: root,
        salt,
        signature: await signStatement(domain, 'Reveal', { ...base, updateRoot: root, salt }, key),
      },
    })
  }
  const commitments = commitmentsHash(rows)
  const held = (1n << BigInt(rows.length)) - 1n
  SEALED.set(Number(round), { digest: commitments, count: rows.length })
  return {
    version: 2,
    chainId: domain.chainId,
    ledger: lowerHex(domain.ledger),
    task,
    round,
    base: facts.base,
    snapshot: {
      timepoint: facts.timepoint,
      totalStake: facts.totalStake,
      members: facts.members.map(({ member, operatorKey, slot, stake }) => ({
        member: lowerHex(member),
        operatorKey: lowerHex(operatorKey),
        slot,
        stake,
      })),
    },
    seal: {
      operator: lowerHex(operator.owner),
      operatorKey: lowerHex(operator.account.address),
      slot: facts.seal.slot,
    },
    rows,
    attestations: await Promise.all(
      rows.map(async ({ member }) => {
        const body = { task, round, member, commitments, held }
        return { member, held, signature: await signStatement(domain, 'Attestation', body, keys.get(member)!) }
      }),
    ),
  }
}

/** The claim of a record over updates that are in memory. */
export async function claimOf(
  compute: ClaimComputer,
  { spec, document }: SmallTask,
  base: ModelState,
  record: RoundRecord,
  updates: Iterable<Int8Array>,
): Promise<ComputedClaim> {
  const byRoot = new Map<Hash, Int8Array>([...updates].map((update) => [toHex(updateRoot(update)), update]))
  return compute({ task: record.task, spec, document, base, record, updates: byRoot })
}
