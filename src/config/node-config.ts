import { readFile } from 'node:fs/promises'
import { readCoordinatorConfig } from './coordinator-config.ts'
import type { CoordinatorConfig } from './coordinator-config.ts'
import { readMemberConfig } from './member-config.ts'
import type { MemberConfig } from './member-config.ts'

/** The configuration of a node of either kind. */
export type NodeConfig =
  | ({ role: 'member' } & MemberConfig)
  /** An operator's file names the files of its task. */
  | ({ role: 'operator' } & CoordinatorConfig)

/**
 * Reads the configuration of a member or of a coordinator: only the one of a member names coordinators.
 *
 * @throws QuorateError CONFIG_NOT_FOUND, CONFIG_INVALID naming file and field
 * @example
 * const { chain, task, state } = await readNodeConfig('member.toml')
 */
export async function readNodeConfig(path: string): Promise<NodeConfig> {
  // The reader below says what is wrong with a file that cannot be read.
  const text = await readFile(path, 'utf8').catch(() => '')
  return /^\s*\[\[?coordinator\]?\]|^\s*coordinator\s*=/m.test(text)
    ? { role: 'member', ...(await readMemberConfig(path)) }
    : { role: 'operator', ...(await readCoordinatorConfig(path)) }
}
