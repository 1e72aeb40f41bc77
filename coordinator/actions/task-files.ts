import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { QuorateError } from '../../src/core/index.ts'
import { checkSpec, decodeSpec, documentHash, fileHash, genesisFromBytes, parseDocument } from '../../src/protocol/index.ts'
import type { TaskSpec } from '../../src/protocol/index.ts'

/** What members need to know of a task before they join it. */
export interface TaskFiles {
  spec: TaskSpec
  specJson: string
  documentJson: string
  /** The genesis model as a blob, 4·D bytes. */
  genesis: Uint8Array
}

/** Their names in an operator's folder. */
export const TASK_FILES = { spec: 'spec.json', document: 'document.json', genesis: 'genesis.i32' } as const

/** Writes the three files of a task into a folder. */
export async function writeTaskFiles(
  folder: string,
  { specJson, documentJson, genesis }: Omit<TaskFiles, 'spec'>,
): Promise<void> {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, TASK_FILES.spec), specJson)
  await writeFile(join(folder, TASK_FILES.document), documentJson)
  await writeFile(join(folder, TASK_FILES.genesis), genesis)
}

/**
 * Reads the three files of a task and checks that each is the one that the next names.
 *
 * @throws QuorateError CONFIG_NOT_FOUND, SPEC_INVALID, SPEC_OUT_OF_BOUNDS, SPEC_MISMATCH, MODEL_MISMATCH
 */
export async function readTaskFiles(folder: string): Promise<TaskFiles> {
  const read = async (name: string): Promise<Buffer> =>
    readFile(join(folder, name)).catch((cause: unknown) => {
      throw new QuorateError('CONFIG_NOT_FOUND', `${join(folder, name)} cannot be read`, { cause })
    })
  const specJson = (await read(TASK_FILES.spec)).toString('utf8')
  const documentJson = (await read(TASK_FILES.document)).toString('utf8')
  const genesis = new Uint8Array(await read(TASK_FILES.genesis))
  const spec = decodeSpec(specJson)
  checkSpec(spec)
  if (documentHash(documentJson) !== spec.document)
    throw new QuorateError('SPEC_MISMATCH', `${TASK_FILES.document} is not the document that ${TASK_FILES.spec} names`)
  genesisFromBytes(spec, genesis)
  if (fileHash(genesis) !== parseDocument(documentJson).genesis)
    throw new QuorateError('MODEL_MISMATCH', `${TASK_FILES.genesis} is not the model that ${TASK_FILES.document} names`)
  return { spec, specJson, documentJson, genesis }
}
