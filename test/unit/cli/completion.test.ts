import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const MAIN = join(import.meta.dirname, '../../../cli/main.ts')
let folder: string
let script: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'quorate-completion-'))
  script = join(folder, 'quorate.bash')
  writeFileSync(script, execFileSync(process.execPath, [MAIN, 'completion', 'bash']))
}, 300_000)
afterAll(() => rmSync(folder, { recursive: true }))

/** What bash offers after these words; the last one is being typed. */
function complete(...words: string[]): string[] {
  const quoted = words.map((word) => `'${word}'`).join(' ')
  const run = `source '${script}'; COMP_WORDS=(quorate ${quoted}); COMP_CWORD=${words.length}; _quorate; printf '%s\\n' "\${COMPREPLY[@]}"`
  const { stdout, stderr, status } = spawnSync('bash', ['-c', run], { encoding: 'utf8' })
  expect(status, stderr).toBe(0)
  return stdout.split('\n').filter((line) => line !== '')
}

describe('in bash', () => {
  it('a command and a command below it are completed', () => {
    expect(complete('co')).toEqual(['coordinator', 'completion'])
    expect(complete('member', 'w')).toEqual(['withdraw'])
    expect(complete('member', '')).toEqual(expect.arrayContaining(['run', 'join', 'claim', 'keygen']))
  })

  it('options are those of the command, wherever the cursor is', () => {
    expect(complete('member', 'run', '--t')).toEqual(['--trainer'])
    expect(complete('member', 'run', '--config', 'member.toml', '--j')).toEqual(['--json'])
    expect(complete('audit', '--trainer')).toEqual([])
    expect(complete('--v')).toEqual(['--version'])
  })

  it('values are offered where they are few, and files where a value is free', () => {
    expect(complete('completion', '')).toEqual(expect.arrayContaining(['bash', 'zsh', 'fish']))
    // Nothing of its own: bash then completes the names of files.
    expect(complete('member', 'run', '--config', '')).toEqual([])
  })

  it('bash takes the script for the name of the program', () => {
    const said = spawnSync('bash', ['-c', `source '${script}'; complete -p quorate`], { encoding: 'utf8' })
    expect(said.stdout).toContain('-F _quorate quorate')
  })
})

it('refuses a shell that it has no script for', () => {
  const { status, stderr } = spawnSync(process.execPath, [MAIN, 'completion', 'tcsh'], { encoding: 'utf8' })
  expect(status).toBe(2)
  expect(stderr).toContain('bash, zsh, fish')
})
