import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** The programs that open an address in the user's browser, by platform. */
const OPENERS: Partial<Record<NodeJS.Platform, readonly [command: string, ...args: string[]]>> = {
  darwin: ['open'],
  linux: ['xdg-open'],
  win32: ['cmd', '/c', 'start', ''],
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
