import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { HaltOrder } from './moment.ts'

/** What is wrong inside a program: read by `preload/index.ts` in the program itself, again and again. */
export interface Control {
  /** Its clock is off by so many ms. */
  clockMs?: number
  /** Its disk fails: every write (`full`, `readonly`), or reads and writes by this chance (`eio`). Files under `folder` only. */
  disk?: { kind: 'full' | 'readonly' | 'eio'; chance: number; folder: string }
  /** It stands still at these moments. */
  halts?: HaltOrder[]
}

/** Tells a program, running or not, what is wrong from now on. */
export function writeControl(path: string, control: Control): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(`${path}.new`, JSON.stringify(control))
  renameSync(`${path}.new`, path)
}
