import { dirname } from 'node:path'
import type { CoordinatorConfig, MemberConfig } from '../config/index.ts'
import type { Api, StartApiOptions } from './start-api.ts'

export interface ConfiguredApiOptions extends Pick<StartApiOptions, 'role' | 'events' | 'metrics' | 'ready' | 'logger'> {
  config: Pick<CoordinatorConfig | MemberConfig, 'api' | 'task' | 'state'>
  /** The configuration file. */
  path: string
}

/**
 * Starts the API of a program if its configuration says where. Its modules are loaded only then.
 *
 * @throws QuorateError CONFIG_INVALID
 */
export async function startConfiguredApi({ config, path, ...options }: ConfiguredApiOptions): Promise<Api | undefined> {
  const { api, task, state } = config
  const { listen } = api
  if (listen === undefined) return undefined
  const { startApi } = await import('./start-api.ts')
  return startApi({ ...options, config: { ...api, listen }, task: task.id, folders: [state.folder, dirname(path)] })
}
