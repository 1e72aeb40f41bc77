import { readdir, readFile } from 'node:fs/promises'

/**
 * Memory of a group of processes, bytes, by /proc. Pages that several of them share count once (Pss); where the kernel does not say
 * it, resident pages count. Undefined where there is no /proc.
 */
export async function groupMemory(group: number): Promise<number | undefined> {
  const names = await readdir('/proc').catch(() => undefined)
  if (!names) return undefined
  const pids = names.filter((name) => /^\d+$/.test(name))
  const sizes = await Promise.all(pids.map(async (pid) => ((await groupOf(pid)) === group ? memoryOf(pid) : 0)))
  return sizes.reduce((sum, size) => sum + size, 0)
}

async function groupOf(pid: string): Promise<number | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  // The name stands in parentheses and may hold anything: state, parent and group follow the last one.
  const group = text.slice(text.lastIndexOf(')') + 2).split(' ')[2]
  return group === undefined ? undefined : Number(group)
}

async function memoryOf(pid: string): Promise<number> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '')
  const pss = /^Pss:\s+(\d+) kB/m.exec(rollup)?.[1]
  if (pss !== undefined) return Number(pss) * 1024
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024
}
