import { readFileSync } from 'node:fs'

/** The program that bubblewrap started: its first child is the init of the namespace, whose first child is the program. Neither passes signals on. */
export function programOf(bubblewrap: number): number {
  return firstChild(firstChild(bubblewrap))
}

/** The process that was started first by a process and still runs; 0 if there is none. */
export function firstChild(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0])
}
