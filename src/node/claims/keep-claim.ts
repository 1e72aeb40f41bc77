import { join } from 'node:path'
import { encodeManifest } from '../../protocol/index.ts'
import { evidencePath, manifestOf, OPENING_FILE, writeEvidence } from '../../replay/index.ts'
import type { ComputedClaim } from '../../replay/index.ts'
import { linkFile } from '../../storage/index.ts'
import type { ReplayPorts } from '../ports.ts'

type Needs = Pick<ReplayPorts, 'task' | 'stores'>

/** Stores the results of a claim: evidence and opening first, the state last, because the next round waits for the state. */
export async function keepClaim(ports: Needs, round: bigint, computed: ComputedClaim): Promise<void> {
  await keepEvidence(ports, round, computed)
  await ports.stores.states.save(computed.state)
}

/** Stores the evidence and the opening of a claim, for audits, peers and disputes. The evidence folder links to the files of the stores. */
export async function keepEvidence({ task, stores }: Needs, round: bigint, computed: ComputedClaim): Promise<void> {
  const { documents, openings, evidence } = stores
  const files = [...computed.files.documents.values(), new TextEncoder().encode(encodeManifest(manifestOf(computed.files)))]
  for (const bytes of files) await documents.add(bytes)
  await writeEvidence(evidence, task.id, round, computed.files, (hash) => documents.file(hash))
  const opening = await openings.keep(round, computed.claimHash, computed.opening())
  await linkFile(documents.file(opening), join(evidencePath(evidence, task.id, round), OPENING_FILE))
}
