import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { QuorateError } from '../core/index.ts'
import { decodeSpec, documentHash, lowerHex, specHash } from '../protocol/index.ts'
import type { Hash, TaskSpec } from '../protocol/index.ts'
import { DOCUMENT_FILE, evidencePath, SPEC_FILE } from './evidence-folder.ts'
import { readPlainFile } from './read-plain-file.ts'

/** Specification and document of a task. */
export interface TaskFilesRead {
  spec: TaskSpec
  /** JSON. */
  document: string
}

/**
 * Reads specification and document of a task from an evidence folder: every round has both. Only files with the hash that the chain names are taken.
 *
 * @param root folder that holds `<task>/<round>/…`
 * @param named hash of the specification, as the chain names it
 * @throws QuorateError EVIDENCE_MISSING when no round has them
 */
export async function readTaskFiles(root: string, task: bigint, named: Hash): Promise<TaskFilesRead> {
  const rounds = await readdir(join(root, task.toString())).catch(() => [])
  for (const round of rounds.filter((name) => /^\d+$/.test(name))) {
    const read = async (name: string): Promise<string> =>
      new TextDecoder().decode(await readPlainFile(join(evidencePath(root, task, BigInt(round)), name)))
    try {
      const spec = decodeSpec(await read(SPEC_FILE))
      const document = await read(DOCUMENT_FILE)
      if (specHash(spec) === lowerHex(named) && documentHash(document) === spec.document) return { spec, document }
    } catch {
      // Another round may have whole files.
    }
  }
  throw new QuorateError('EVIDENCE_MISSING', `${root} holds no round of task ${task} with ${SPEC_FILE} and ${DOCUMENT_FILE}`, {
    details: { file: SPEC_FILE },
  })
}
