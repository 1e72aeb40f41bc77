import { readFileSync } from 'node:fs'

/** The most memory that a process had, bytes; NaN where there is no `/proc`. */
export function peakMemory(pid: number): number {
  if (process.platform !== 'linux') return Number.NaN
  const found = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return found ? Number(found[1]) * 1024 : Number.NaN
}
