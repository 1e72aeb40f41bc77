import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { resolve, sep } from 'node:path'
import sqlite from 'node:sqlite'
import type { Control } from '../control.ts'

/** The error that the disk gives now; undefined where it works. */
function fault({ disk }: Control, path: unknown, write: boolean): NodeJS.ErrnoException | undefined {
  if (!disk || (disk.kind !== 'eio' && !write) || Math.random() >= disk.chance) return undefined
  if (typeof path === 'string' && !resolve(path).startsWith(disk.folder + sep)) return undefined
  const [code, errno, text] =
    disk.kind === 'full'
      ? ['ENOSPC', -28, 'no space left on device']
      : disk.kind === 'readonly'
        ? ['EROFS', -30, 'read-only file system']
        : ['EIO', -5, 'i/o error']
  return Object.assign(new Error(`${code}: ${text}, '${typeof path === 'string' ? path : 'file'}'`), { code, errno })
}

export function patchFiles(control: () => Control): void {
  const promises = fs.promises as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>
  const guard = (name: string, isWrite: (args: unknown[]) => boolean): void => {
    const real = promises[name]!.bind(promises)
    promises[name] = async (...args) => {
      const error = fault(control(), args[0], isWrite(args))
      if (error) throw error
      return real(...args)
    }
  }
  const opensToWrite = ([, flags]: unknown[]): boolean => typeof flags === 'string' && flags !== 'r'
  guard('open', opensToWrite)
  for (const name of ['writeFile', 'appendFile', 'mkdir', 'rename', 'link', 'copyFile', 'cp']) guard(name, () => true)
  guard('readFile', () => false)
  syncBuiltinESMExports()
}

interface Patched {
  exec: (...args: unknown[]) => unknown
  run: (...args: unknown[]) => unknown
}

/** SQLite writes through its own code: here its statements fail as they do when the disk does. */
export function patchSqlite(control: () => Control): void {
  const CODES = {
    full: [13, 'database or disk is full'],
    readonly: [8, 'attempt to write a readonly database'],
    eio: [10, 'disk I/O error'],
  } as const
  const failing = (text: string): boolean =>
    control().disk !== undefined && !/^\s*(ROLLBACK|PRAGMA)/i.test(text) && Math.random() < control().disk!.chance
  const fail = (): never => {
    const [errcode, message] = CODES[control().disk!.kind]
    throw Object.assign(new Error(message), { code: 'ERR_SQLITE_ERROR', errcode })
  }
  const database = sqlite.DatabaseSync.prototype as unknown as Patched
  const statement = sqlite.StatementSync.prototype as unknown as Patched
  const { exec } = database
  const { run } = statement
  database.exec = function (this: unknown, ...args: unknown[]) {
    return failing(String(args[0])) ? fail() : exec.apply(this, args)
  }
  statement.run = function (this: unknown, ...args: unknown[]) {
    return failing('') ? fail() : run.apply(this, args)
  }
}
