import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ERRORS } from '../../../src/core/index.ts'
import { createLogger } from '../../../src/observe/index.ts'

const ROOT = resolve(import.meta.dirname, '../../..')
const UNITS = join(ROOT, 'deploy/systemd')
const units = readdirSync(UNITS)
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quorate-units-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const installed = (command: string, flag: string): boolean => spawnSync(command, [flag]).status === 0
const systemd = installed('systemd-analyze', '--version')
const logrotate = installed('/usr/sbin/logrotate', '--version')
if (!systemd) console.error('skipped: systemd-analyze checks the units where systemd is installed')
if (!logrotate) console.error('skipped: log rotation is tried where logrotate is installed')

/** Values of a field of a unit, in order. */
function valuesOf(unit: string, field: string): string[] {
  return [...readFileSync(join(UNITS, unit), 'utf8').matchAll(new RegExp(`^${field}=(.*)$`, 'gm'))].map(([, value]) => value!)
}

describe.each(units)('%s', (unit) => {
  it('runs a command that exists', () => {
    const [command] = valuesOf(unit, 'ExecStart')
    const [program, ...args] = command!.split(' ')
    expect(program).toBe('/usr/local/bin/quorate')
    const { status, stdout } = spawnSync(join(ROOT, 'bin/quorate'), [...args.slice(0, 2), '--help'], { encoding: 'utf8' })
    expect(status).toBe(0)
    expect(stdout).toContain(args[2])
  })

  it('restarts after codes that time can mend, and after no other', () => {
    const prevented = valuesOf(unit, 'RestartPreventExitStatus')[0]!.split(' ').map(Number)
    const exitOf = (code: keyof typeof ERRORS): number => ERRORS[code].exit
    for (const code of ['CONFIG_INVALID', 'KEY_INVALID', 'KEY_NOT_BONDED', 'DATASET_NOT_FOUND', 'CLAIM_MISMATCH'] as const)
      expect(prevented, code).toContain(exitOf(code))
    for (const code of ['INTERNAL', 'RPC_UNREACHABLE', 'STORAGE_FULL', 'STORAGE_LOCKED'] as const)
      expect(prevented, code).not.toContain(exitOf(code))
    expect(valuesOf(unit, 'SuccessExitStatus')).toEqual([String(ERRORS.CANCELLED.exit)])
  })

  it.skipIf(!systemd)('is accepted by systemd, and leaves the program few rights', () => {
    // systemd wants the program to exist.
    const text = readFileSync(join(UNITS, unit), 'utf8').replace('/usr/local/bin/quorate', join(ROOT, 'bin/quorate'))
    const path = join(folder, unit.replace('@', '@test'))
    writeFileSync(path, text)
    const verified = spawnSync('systemd-analyze', ['verify', '--man=no', path], { encoding: 'utf8' })
    expect({
      status: verified.status,
      said: verified.stderr.split('\n').filter((line) => line.includes(unit.split('@')[0]!)),
    }).toEqual({ status: 0, said: [] })
    // 0 is no exposure and 100 is that of a service without limits.
    const security = spawnSync('systemd-analyze', ['security', '--offline=true', '--threshold=20', '--no-pager', path], {
      encoding: 'utf8',
    })
    expect(security.status, security.stdout + security.stderr).toBe(0)
  })
})

describe.skipIf(!logrotate)('log rotation', () => {
  it('empties the file of a running node, which goes on writing whole lines to it', () => {
    const log = join(folder, 'node.log')
    const logger = createLogger({ file: log })
    logger.info({ round: 1 }, 'before')
    const rules = readFileSync(join(ROOT, 'deploy/logrotate/quorate'), 'utf8')
    // The rules of this file for another folder; `size 1` rotates now.
    const here = rules
      .replace(/^\/var\/log.*\{$/m, `${folder}/*.log {\n    su root root\n    size 1`)
      .replace(/^ *(daily|maxsize.*)$/gm, '')
    const config = join(folder, 'rules')
    writeFileSync(config, here, { mode: 0o644 })
    const { status, stderr } = spawnSync('/usr/sbin/logrotate', ['--state', join(folder, 'state'), config], { encoding: 'utf8' })
    expect(status, stderr).toBe(0)
    logger.info({ round: 2 }, 'after')
    const lines = (path: string): unknown[] =>
      readFileSync(path, 'utf8')
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { msg: string }).msg)
    expect(lines(`${log}.1`)).toEqual(['before'])
    expect(lines(log)).toEqual(['after'])
  })

  it('accepts the rules as they are', () => {
    const rules = join(folder, 'quorate')
    cpSync(join(ROOT, 'deploy/logrotate/quorate'), rules)
    const { status, stderr } = spawnSync('/usr/sbin/logrotate', ['--debug', '--state', join(folder, 'state'), rules], {
      encoding: 'utf8',
    })
    expect(status, stderr).toBe(0)
    expect(stderr).not.toMatch(/^error/m)
  })
})
