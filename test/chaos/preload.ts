// Loaded into each program by `--import`, before its own modules: gives it a clock, a disk and an address that can go wrong.
//
//   CHAOS_CONTROL   file with what is wrong now (`control.ts`)
//   CHAOS_ADDRESS   the loopback address that its connections come from, so that a proxy knows who calls
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import net from 'node:net'
import { resolve, sep } from 'node:path'
import sqlite from 'node:sqlite'
import type { Control } from './control.ts'

const { CHAOS_CONTROL: file, CHAOS_ADDRESS: address } = process.env
const { readFileSync } = fs
let control: Control = {}

function look(): void {
  try {
    control = JSON.parse(readFileSync(file!, 'utf8')) as Control
  } catch {
    control = {}
  }
}

if (file) {
  look()
  setInterval(look, 250).unref()
  patchClock()
  patchFiles()
  patchSqlite()
}
if (address) patchConnections(address)

function patchClock(): void {
  const Real = Date
  const now = (): number => Real.now() + (control.clockMs ?? 0)
  globalThis.Date = new Proxy(Real, {
    construct: (_, args, target) => Reflect.construct(Real, args.length === 0 ? [now()] : args, target) as object,
    apply: () => new Real(now()).toString(),
    get: (_, key, receiver) => (key === 'now' ? now : (Reflect.get(Real, key, receiver) as unknown)),
  })
}

/** The error that the disk gives now; undefined where it works. */
function fault(path: unknown, write: boolean): NodeJS.ErrnoException | undefined {
  const { disk } = control
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

function patchFiles(): void {
  const promises = fs.promises as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>
  const guard = (name: string, isWrite: (args: unknown[]) => boolean): void => {
    const real = promises[name]!.bind(promises)
    promises[name] = async (...args) => {
      const error = fault(args[0], isWrite(args))
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
function patchSqlite(): void {
  const CODES = {
    full: [13, 'database or disk is full'],
    readonly: [8, 'attempt to write a readonly database'],
    eio: [10, 'disk I/O error'],
  } as const
  const failing = (text: string): boolean =>
    control.disk !== undefined && !/^\s*(ROLLBACK|PRAGMA)/i.test(text) && Math.random() < control.disk.chance
  const fail = (): never => {
    const [errcode, message] = CODES[control.disk!.kind]
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

/** Connections to this machine leave from an address of the program's own. */
function patchConnections(from: string): void {
  const socket = net.Socket.prototype as unknown as { connect: (...args: unknown[]) => unknown }
  const { connect } = socket
  socket.connect = function (this: unknown, ...args: unknown[]) {
    // `net.connect` hands its arguments on as one array; others call with options.
    const holder = Array.isArray(args[0]) ? (args[0] as unknown[]) : args
    const options = holder[0] as { host?: string; localAddress?: string; path?: string } | undefined
    if (typeof options === 'object' && options !== null && !options.path && options.host === '127.0.0.1')
      options.localAddress ??= from
    return connect.apply(this, args)
  }
}
