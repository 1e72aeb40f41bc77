import { randomBytes } from 'node:crypto'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { stringify } from 'smol-toml'
import { coordinatorSchema } from './coordinator-config.ts'
import type { CoordinatorConfigInput } from './coordinator-config.ts'
import { memberSchema } from './member-config.ts'
import type { MemberConfigInput } from './member-config.ts'
import { checkConfig } from './read-config.ts'

/**
 * Writes a coordinator's configuration file, after the checks of the reader, so that the written file can be read.
 * Paths may be relative to the file's folder. CONFIG_INVALID.
 */
export async function writeCoordinatorConfig(path: string, config: CoordinatorConfigInput): Promise<void> {
  checkConfig(path, config, coordinatorSchema(dirname(resolve(path))))
  await writeToml(path, config)
}

/** Writes a member's configuration file; see `writeCoordinatorConfig`. */
export async function writeMemberConfig(path: string, config: MemberConfigInput): Promise<void> {
  checkConfig(path, config, memberSchema(dirname(resolve(path))))
  await writeToml(path, config)
}

async function writeToml(path: string, config: object): Promise<void> {
  await mkdir(dirname(resolve(path)), { recursive: true })
  const temporary = `${path}.tmp-${randomBytes(6).toString('hex')}`
  await writeFile(temporary, stringify(config))
  await rename(temporary, path)
}
