import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { postClaim, readCurrentRound, readLedgerEvents, sealRound } from '../../../src/chain/index.ts'
import type { Engine } from '../../../src/engine/index.ts'
import {
  claimHash,
  commitmentOf,
  commitmentsHash,
  evidenceHash,
  lowerHex,
  toHex,
  updateRoot,
} from '../../../src/protocol/index.ts'
import type { Claim, Hash, RoundRecord } from '../../../src/protocol/index.ts'
import {
  claimComputer,
  ClaimHistory,
  evidencePath,
  factsOf,
  manifestOf,
  OPENING_FILE,
  writeEvidence,
} from '../../../src/replay/index.ts'
import type { ComputedClaim, ModelState } from '../../../src/replay/index.ts'
import { hotSender, WINDOWS } from '../../integration/chain/harness.ts'
import type { TestChain } from '../../integration/chain/harness.ts'
import { hashOf } from '../../unit/aggregation/fixtures.ts'
import { claimOf, signRecord, smallUpdate } from './small-task.ts'
import type { SmallTask } from './small-task.ts'

export interface Lies {
  /** Changes the record before anything is computed from it. */
  record?: (record: RoundRecord) => RoundRecord | Promise<RoundRecord>
  /** Changes the files that the claim commits to. */
  files?: (files: Map<string, Uint8Array>) => void
  /** An update that the manifest leaves out. */
  without?: Hash
  claim?: Partial<Claim>
}

/** A small task on a real chain, whose operator is account 1. */
export interface SmallWorld {
  on: TestChain
  engine: Engine
  small: SmallTask
  task: bigint
  /** Accounts of the members. */
  members: readonly number[]
  /** Where the evidence goes. */
  folder: string
}

/** What the operator and the members of a round make, posted; with lies, as a liar posts it. */
export async function postSmallRound(
  { on, engine, small, task, members, folder }: SmallWorld,
  { round, base, lies = {} }: { round: bigint; base: ModelState; lies?: Lies | undefined },
): Promise<ComputedClaim> {
  const { chain, contracts } = on
  const { ledger } = contracts
  // Past the commit window: not every member need have a row.
  await on.pass(WINDOWS.commit)
  const { openedAt, forcedHash } = await readCurrentRound(chain, { ledger, task })
  const at = { ledger, task, round, openedAt }
  const rows = members
    .map((index) => ({ index, member: lowerHex(on.sender(index).address) }))
    .map(({ index, member }) => {
      const root = toHex(updateRoot(smallUpdate(Number(round) * 10 + index)))
      return { member, commitment: commitmentOf(task, round, member, root, hashOf(Number(round))) }
    })
  const digest = commitmentsHash(rows)
  await sealRound(hotSender(on, 1), { ...at, digest, count: rows.length, forcedHash })
  const history = new ClaimHistory()
  for (const event of await readLedgerEvents(chain, { contracts, task, fromBlock: 0n })) history.apply(event)
  const facts = await factsOf({ chain, contracts, task, spec: small.spec, history })(round, base.claimHash)
  const owner = (index: number): string => on.sender(index).address.toLowerCase()
  const updates = new Map(members.map((index) => [owner(index), smallUpdate(Number(round) * 10 + index)]))
  const keys = new Map(members.map((index) => [owner(index), on.hot(index).account]))
  const operator = { owner: on.sender(1).address, account: on.hot(1).account }
  const honest = await signRecord(facts, { updates, keys, operator })
  const record = (await lies.record?.(honest)) ?? honest
  const computed = await claimOf(claimComputer(engine), small, base, record, updates.values())
  const documents = new Map(computed.files.documents)
  lies.files?.(documents)
  const named = new Map(computed.files.updates)
  if (lies.without) named.delete(lies.without)
  const files = { documents, updates: named }
  await writeEvidence(folder, task, round, files)
  const claim = { ...computed.claim, evidence: evidenceHash(manifestOf(files)), ...lies.claim }
  if (claimHash(task, round, claim) === computed.claimHash)
    await writeFile(join(evidencePath(folder, task, round), OPENING_FILE), computed.opening())
  await postClaim(hotSender(on, 1), { ...at, digest, claim })
  return computed
}
