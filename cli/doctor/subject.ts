import { readFile } from 'node:fs/promises'
import { readCoordinatorConfig, readMemberConfig } from '../../src/config/index.ts'
import type { CoordinatorConfig, MemberConfig } from '../../src/config/index.ts'

/** The node that the doctor looks at, by its configuration file. */
export type Subject =
  | ({ role: 'member' } & MemberConfig)
  /** An operator's file names the files of its task. */
  | ({ role: 'operator' } & CoordinatorConfig)

/** @throws QuorateError CONFIG_NOT_FOUND, CONFIG_INVALID */
export async function readSubject(path: string): Promise<Subject> {
  const text = await readFile(path, 'utf8').catch(() => '')
  return /^\s*\[\[?coordinator\]?\]|^\s*coordinator\s*=/m.test(text)
    ? { role: 'member', ...(await readMemberConfig(path)) }
    : { role: 'operator', ...(await readCoordinatorConfig(path)) }
}
