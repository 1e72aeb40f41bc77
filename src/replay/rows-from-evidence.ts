import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openedRows } from '../judge/index.ts'
import { decodeSpec, specHash } from '../protocol/index.ts'
import type { Claim, Hash, MemberLeaf } from '../protocol/index.ts'
import { evidencePath, readOpening, SPEC_FILE } from './evidence-folder.ts'

/**
 * The members rows of a claim from a folder of evidence, each checked against the root on chain, so the folder need not
 * be trusted.
 *
 * @param folder holds `<task>/<round>/`
 * @param source `specHash` as the chain names it
 * @returns undefined when the folder has no opening of that round, or one that does not fit the chain
 */
export async function rowsFromEvidence(
  folder: string,
  source: { task: bigint; round: bigint; specHash: Hash; claim: Pick<Claim, 'membersRoot'> },
): Promise<MemberLeaf[] | undefined> {
  const { task, round, claim } = source
  try {
    const opening = await readOpening(folder, task, round)
    if (!opening) return undefined
    const spec = decodeSpec(await readFile(join(evidencePath(folder, task, round), SPEC_FILE), 'utf8'))
    return specHash(spec) === source.specHash ? openedRows(opening, spec, claim.membersRoot) : undefined
  } catch {
    return undefined
  }
}
