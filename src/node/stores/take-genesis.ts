import { join } from 'node:path'
import { isQuorateError, QuorateError } from '../../core/index.ts'
import { fileHash, genesisFromBytes, parseDocument } from '../../protocol/index.ts'
import type { Hash, TaskSpec } from '../../protocol/index.ts'
import { genesisPath } from '../../replay/index.ts'
import { linkFile, makeFolder } from '../../storage/index.ts'
import type { BlobStore } from '../../storage/index.ts'

export interface GenesisNeeds {
  task: bigint
  spec: TaskSpec
  /** Canonical JSON of the task document, which names the blob. */
  document: string
  dataFolder: string
  /** Where the blob comes from when this node does not hold it. */
  genesis: (hash: Hash) => Promise<Uint8Array>
}

/**
 * The genesis model: from the node's documents, or from its source and then kept, where peers can fetch it and beside the evidence, where audits begin.
 *
 * @returns int32[D]
 * @throws QuorateError MODEL_MISMATCH when the blob is a different model, and errors of the source
 */
export async function takeGenesis(
  { task, spec, document, dataFolder, genesis }: GenesisNeeds,
  documents: Pick<BlobStore, 'get' | 'put' | 'file'>,
): Promise<Int32Array> {
  const { genesis: hash } = parseDocument(document)
  const kept = await documents.get(hash).catch((error: unknown) => {
    if (!isQuorateError(error, 'BLOB_NOT_FOUND')) throw error
    return undefined
  })
  const bytes = kept ?? (await genesis(hash))
  if (!kept) {
    if (fileHash(bytes) !== hash)
      throw new QuorateError('MODEL_MISMATCH', `the genesis model hashes to ${fileHash(bytes)}, the task document names ${hash}`)
    await documents.put(hash, bytes, { verify: false })
  }
  const model = genesisFromBytes(spec, bytes)
  const path = genesisPath(join(dataFolder, 'evidence'), task)
  await makeFolder(join(path, '..'))
  await linkFile(documents.file(hash), path)
  return model
}
