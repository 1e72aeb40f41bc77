import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createKeyFile, loadKeyFile } from '../../src/config/index.ts'
import type { Hex } from '../../src/protocol/index.ts'
import { openJournal } from '../../src/storage/index.ts'
import type { Journal } from '../../src/storage/index.ts'
import { refuse } from './terms.ts'

/** Under this name a plan holds the terms of the task, which a file may have. */
export const TERMS = 'terms'

/** What a deployment that stopped must be repeated with, by the name of its option. */
export type DeployPlan = Readonly<Record<string, string | number | boolean | undefined>>

/** The folder of a deployment that is not finished. */
export interface UnfinishedDeployment extends Disposable {
  store: Journal
  /** Whether an earlier run began it. */
  goesOn: boolean
  /** The key in a file of the folder; made by the run that begins. */
  key(name: string): Promise<Hex>
  /** Forgets what was sent: everything is written. */
  finish(): Promise<void>
}

/** Made by a deployment in the end, or before its transactions. */
const FILES = ['coordinator.toml', 'deployment.json', 'operator.key', 'peer.key']

/**
 * Opens the folder of a deployment, which remembers what it sent until it is finished. A folder of another deployment is refused before anything is sent.
 *
 * @throws QuorateError FLAG_INVALID for a folder that is taken, or an option that differs from the run that began; STORAGE_LOCKED while that run goes on
 */
export function openDeployment(out: string, plan: DeployPlan): UnfinishedDeployment {
  const folder = join(out, 'unfinished')
  const goesOn = existsSync(folder)
  if (!goesOn) {
    const taken = FILES.find((name) => existsSync(join(out, name)))
    if (taken !== undefined) refuse('--out', `${join(out, taken)} is there already: name a new folder`)
  }
  const store = openJournal(folder)
  try {
    // Before anything was sent, everything may still change.
    const sent = ['mined/', 'transaction/'].some((kind) => store.entries(kind).length > 0)
    const begun = sent ? store.get<DeployPlan>('plan') : undefined
    if (begun === undefined) store.set('plan', plan)
    else requireSame(begun, plan, out)
  } catch (error) {
    store.close()
    throw error
  }
  return {
    store,
    goesOn,
    key: async (name) => {
      const path = join(out, name)
      return existsSync(path) ? loadKeyFile(path) : createKeyFile(path)
    },
    finish: async () => {
      store.close()
      await rm(folder, { recursive: true })
    },
    [Symbol.dispose]: () => store.close(),
  }
}

function requireSame(begun: DeployPlan, plan: DeployPlan, out: string): void {
  for (const name of new Set([...Object.keys(begun), ...Object.keys(plan)]))
    if (begun[name] !== plan[name])
      refuse(
        name === TERMS ? '--task-file' : name,
        `the deployment that stopped in ${out} had ${name === TERMS ? 'other terms' : JSON.stringify(begun[name] ?? 'none')}: repeat it so, or name another folder with --out`,
      )
}
