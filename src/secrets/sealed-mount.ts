import { readFile } from 'node:fs/promises'

const IN_MEMORY: readonly string[] = ['tmpfs', 'ramfs']

/**
 * Whether a path lies on a read-only mount in memory. Kubernetes and Docker Swarm mount secrets so, and only the
 * container sees them, whatever the mode of the file. Users of the machine can read a file on its disk, however it is
 * mounted here, so a disk is never sealed.
 *
 * @param path without links, from `realpath`
 */
export async function isSealedMount(path: string): Promise<boolean> {
  // Linux only; elsewhere there are no such mounts.
  const table = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '')
  return isSealedIn(table, path)
}

/** The same by a mount table in the format of proc_pid_mountinfo(5). */
export function isSealedIn(table: string, path: string): boolean {
  let found: { point: string; sealed: boolean } | undefined
  for (const line of table.split('\n')) {
    const [mount, source] = line.split(' - ')
    if (mount === undefined || source === undefined) continue
    const [, , , , escaped, options] = mount.split(' ')
    const [type, , superOptions] = source.split(' ')
    const point = unescape(escaped!)
    const readOnly = [options, superOptions].some((list) => list?.split(',').includes('ro'))
    // Of two mounts on one point, the later one is seen.
    if (isBelow(path, point) && point.length >= (found?.point.length ?? 0))
      found = { point, sealed: readOnly && IN_MEMORY.includes(type!) }
  }
  return found?.sealed ?? false
}

function isBelow(path: string, point: string): boolean {
  return path === point || path.startsWith(point.endsWith('/') ? point : `${point}/`)
}

/** Blanks and the like are written as three octal digits. */
function unescape(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))
}
