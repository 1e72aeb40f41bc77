import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DASHBOARD_FOLDER } from '../../src/api/dashboard-folder.ts'
import { QuorateError } from '../../src/core/index.ts'

/** The programs that open an address in the user's browser, by platform. */
const OPENERS: Partial<Record<NodeJS.Platform, readonly [command: string, ...args: string[]]>> = {
  darwin: ['open'],
  linux: ['xdg-open'],
  win32: ['cmd', '/c', 'start', ''],
}

/** @throws QuorateError FLAG_INVALID in a clone whose dashboard was not built: the demo would serve no page */
export function requireDashboard(folder = DASHBOARD_FOLDER): void {
  if (!existsSync(join(folder, 'index.html')))
    throw new QuorateError('FLAG_INVALID', '--open: the dashboard is not built: npm run build:dashboard builds it')
}

/** Opens a page in a browser where the machine has an opener. @returns whether it has one */
export async function openPage(url: string): Promise<boolean> {
  const [command, ...args] = OPENERS[process.platform] ?? []
  return command !== undefined && (await starts(command, [...args, url]))
}

async function starts(command: string, args: readonly string[]): Promise<boolean> {
  const child = spawn(command, args, { stdio: 'ignore', detached: true })
  child.unref()
  try {
    await once(child, 'spawn')
    return true
  } catch {
    return false
  }
}
