/**
 * Whether chaos finds what was once wrong: puts each patch of test/chaos/regressions into a copy of the sources and runs the schedule that its line `run:`
 * asks for, until something is violated. Prints after how many seconds that was.
 *
 *     node scripts/chaos-regressions.ts
 *     node scripts/chaos-regressions.ts evidence reorg --seed 5
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'

const root = join(import.meta.dirname, '..')
const folder = join(root, 'test/chaos/regressions')
const known = readdirSync(folder)
  .filter((file) => file.endsWith('.patch'))
  .map((file) => basename(file, '.patch'))
const at = process.argv.indexOf('--seed')
const seed = at < 0 ? '1' : process.argv[at + 1]!
const asked = process.argv.slice(2).filter((name) => known.includes(name))
const copy = mkdtempSync(join(tmpdir(), 'quorate-regressions-'))

function run(command: string, args: readonly string[], cwd = copy): { code: number; output: string } {
  const env = { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}` }
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, env, encoding: 'utf8', maxBuffer: 2 ** 28 })
  return { code: status ?? 1, output: `${stdout}${stderr}` }
}

function need(what: string, { code, output }: { code: number; output: string }): void {
  if (code !== 0) throw new Error(`${what}: ${output}`)
}

function copySources(): void {
  const files = run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], root)
    .output.split('\0')
    .filter(Boolean)
  for (const file of files) cpSync(join(root, file), join(copy, file), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
}

const table: Record<string, { seconds: number | string; found: string }> = {}
try {
  copySources()
  for (const name of asked.length > 0 ? asked : known) {
    const file = join(folder, `${name}.patch`)
    const args = /^run: (.*)$/m.exec(readFileSync(file, 'utf8'))?.[1]?.split(' ')
    if (!args) throw new Error(`${file} has no line "run: …"`)
    need(`${name} does not apply`, run('git', ['apply', '--unsafe-paths', file]))
    const { code, output } = run('node', ['scripts/chaos.ts', '--first', '--seed', seed, ...args])
    const [, after, found] = /^ {2}after (\d+) s, (.*)$/m.exec(output) ?? []
    table[name] = code === 0 ? { seconds: '–', found: 'nothing' } : { seconds: Number(after), found: found ?? output.slice(-500) }
    console.error(`${name}: ${table[name].seconds} s: ${table[name].found}`)
    need(`${name} does not come out`, run('git', ['apply', '--unsafe-paths', '-R', file]))
  }
} finally {
  rmSync(copy, { recursive: true, force: true })
}
console.table(table)
if (Object.values(table).some(({ found }) => found === 'nothing')) process.exitCode = 1
