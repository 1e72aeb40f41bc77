import { readdirSync, readFileSync } from 'node:fs'

/** Ticks of `/proc/<pid>/stat` a second: 100 on every Linux that Node runs on. */
const TICKS = 100

interface Entry {
  parent: number
  ticks: number
}

/**
 * Seconds of processor time of processes, of all that descend from them, and of the children these have waited for.
 *
 * @returns NaN where there is no `/proc`
 */
export function processorTime(roots: Iterable<number>): number {
  if (process.platform !== 'linux') return Number.NaN
  const entries = new Map<number, Entry>()
  for (const name of readdirSync('/proc')) {
    const entry = /^\d+$/.test(name) ? entryOf(name) : undefined
    if (entry) entries.set(Number(name), entry)
  }
  const counted = new Set(roots)
  // Children have higher numbers than their parents only most of the time: until nothing is added.
  for (let size = -1; size !== counted.size;) {
    size = counted.size
    for (const [pid, { parent }] of entries) if (counted.has(parent)) counted.add(pid)
  }
  return [...counted].reduce((sum, pid) => sum + (entries.get(pid)?.ticks ?? 0), 0) / TICKS
}

/** Undefined for a process that ended meanwhile. */
function entryOf(pid: string): Entry | undefined {
  try {
    // After the name, which may hold spaces: the parent is field 4; utime, stime, cutime and cstime are fields 14 to 17 (proc_pid_stat(5)).
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ').map(Number)
    return { parent: fields[1]!, ticks: fields.slice(11, 15).reduce((sum, field) => sum + field, 0) }
  } catch {
    return undefined
  }
}
