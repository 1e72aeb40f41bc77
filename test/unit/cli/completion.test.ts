import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCommandLine } from '../../support/cli/run-quorate.ts'

const folder = mkdtempSync(join(tmpdir(), 'quorate-completion-'))
const scriptOf = (shell: string): string => join(folder, `quorate.${shell}`)
const script = scriptOf('bash')

beforeAll(async () => {
  for (const shell of ['bash', 'zsh', 'fish']) writeFileSync(scriptOf(shell), (await runCommandLine('completion', shell)).stdout)
  writeFileSync(join(folder, 'member.toml'), '')
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

/** Whether a shell is on this machine; where it is not, its tests are skipped with a line that says so. */
function has(shell: string): boolean {
  const found = spawnSync(shell, ['--version']).status === 0
  if (!found) console.warn(`skipped, completion in ${shell}: it is not installed`)
  return found
}

describe.skipIf(!has('fish'))('in fish', () => {
  /** What fish offers for a line, with the description of each. */
  function offered(line: string): Map<string, string> {
    const run = `source '${scriptOf('fish')}'; complete -C '${line}'`
    const { stdout, stderr, status } = spawnSync('fish', ['--no-config', '-c', run], { encoding: 'utf8', cwd: folder })
    expect(status, stderr).toBe(0)
    const lines = stdout.split('\n').filter((text) => text !== '')
    return new Map(lines.map((text) => text.split('\t') as [string, string]))
  }
  const words = (line: string): string[] => [...offered(line).keys()].toSorted()

  it('a command and a command below it are completed, with what they do', () => {
    expect(words('quorate co')).toEqual(['completion', 'coordinator'])
    expect(offered('quorate member w').get('withdraw')).toContain('pay out the free bond')
  })

  it('options are those of the command, wherever the cursor is', () => {
    expect(words('quorate member run --t')).toEqual(['--trainer'])
    expect(words('quorate member run --config member.toml --j')).toEqual(['--json'])
    expect(words('quorate audit --trainer')).toEqual([])
  })

  it('values are offered where they are few, and files where a value is free', () => {
    expect(words('quorate completion ')).toEqual(['bash', 'fish', 'zsh'])
    expect(words('quorate audit --gram ')).toEqual(['wasm', 'webgpu'])
    expect(words('quorate member run --config mem')).toEqual(['member.toml'])
  })
})

describe.skipIf(!has('zsh'))('in zsh', () => {
  // A shell with a terminal: the line is typed, then Tab, then a key that prints what the line has become.
  const typing = (line: string): string => `
    zmodload zsh/zpty
    zpty shell zsh -f -i
    zpty -w shell "PS1=; setopt no_beep no_list_beep; LISTMAX=10000; autoload -U compinit; compinit -u -D; source '${scriptOf('zsh')}'
      tell() { print -r -- \\"<\\$BUFFER>\\" }; zle -N tell; bindkey '^X' tell; bindkey '^I' complete-word; print rea''dy"
    while zpty -r shell said; do [[ $said == *ready* ]] && break; done
    zpty -w -n shell $'${line}\\t\\x18'
    while zpty -r shell said; do print -rn -- $said; [[ $said == *'>'* ]] && break; done`

  /** What the line is after Tab, and what is listed where several words fit. */
  function typed(line: string): { line: string | undefined; listed: string[] } {
    const { stdout, stderr } = spawnSync('zsh', ['-f', '-c', typing(line)], { encoding: 'utf8', cwd: folder, timeout: 60_000 })
    const said = stripVTControlCharacters(stdout)
    const found = /<(.*)>/.exec(said)
    expect(found, stderr).not.toBeNull()
    return { line: found![1]!.trim(), listed: said.slice(0, found!.index).split(/\s+/) }
  }

  it('a command and a command below it are completed', () => {
    expect(typed('quorate co').listed).toEqual(expect.arrayContaining(['completion', 'coordinator']))
    expect(typed('quorate member w').line).toBe('quorate member withdraw')
  })

  it('options are those of the command, wherever the cursor is', () => {
    expect(typed('quorate member run --t').line).toBe('quorate member run --trainer')
    expect(typed('quorate member run --config member.toml --j').line).toBe('quorate member run --config member.toml --json')
    expect(typed('quorate audit --train').line).toBe('quorate audit --train')
  })

  it('values are offered where they are few, and files where a value is free', () => {
    expect(typed('quorate completion z').line).toBe('quorate completion zsh')
    expect(typed('quorate audit --gram webg').line).toBe('quorate audit --gram webgpu')
    expect(typed('quorate member run --config mem').line).toBe('quorate member run --config member.toml')
  })
})

it('refuses a shell that it has no script for', async () => {
  const { code, stderr } = await runCommandLine('completion', 'tcsh')
  expect(code).toBe(2)
  expect(stderr).toContain('bash, zsh, fish')
})
