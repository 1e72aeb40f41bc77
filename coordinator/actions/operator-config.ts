import { join, relative, resolve } from 'node:path'
import { writeCoordinatorConfig } from '../../src/config/index.ts'
import type { CoordinatorConfigInput } from '../../src/config/index.ts'
import { TASK_FILES } from './task-files.ts'

export interface OperatorConfigOptions {
  chain: CoordinatorConfigInput['chain']
  task: bigint
  /** Key that owns the bond. */
  ownerKey: string
  /** Where the coordinator listens, for members and for peers. */
  grpc: string
  p2p: string
}

/**
 * Writes `coordinator.toml` beside the task's files and the operator's keys.
 *
 * @returns its path
 */
export async function writeOperatorConfig(
  folder: string,
  { chain, task, ownerKey, grpc, p2p }: OperatorConfigOptions,
): Promise<string> {
  const path = join(folder, 'coordinator.toml')
  await writeCoordinatorConfig(path, {
    chain,
    task: { id: Number(task), ...TASK_FILES },
    keys: { operator: 'operator.key', peer: 'peer.key', owner: relative(folder, resolve(ownerKey)) },
    p2p: { listen: [p2p] },
    state: { folder: 'state' },
    log: { file: 'coordinator.log' },
    grpc: { listen: grpc },
  })
  return path
}
