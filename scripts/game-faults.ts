/**
 * Whether the game finds what was once wrong: puts each fault of test/game/faults into a copy of the sources, builds it, and plays until a rule does not hold. Prints
 * after how many steps that was. The oracle of the ledger is left out: what the fault does to the players has to show it.
 *
 *     node scripts/game-faults.ts
 *     node scripts/game-faults.ts C2 R8 --steps 20000 --seed 5
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'

const root = join(import.meta.dirname, '..')
const faults = join(root, 'test/game/faults')
const known = readdirSync(faults).map((file) => basename(file, '.patch'))

function option(name: string, fallback: number): number {
  const at = process.argv.indexOf(name)
  return at < 0 ? fallback : Number(process.argv[at + 1])
}

const [steps, seed] = [option('--steps', 20_000), option('--seed', 1)]
const asked = process.argv.slice(2).filter((name) => known.includes(name))
const copy = mkdtempSync(join(tmpdir(), 'quorate-faults-'))

function run(command: string, args: readonly string[], cwd = copy): { code: number; output: string } {
  const env = { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}` }
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, env, encoding: 'utf8', maxBuffer: 2 ** 28 })
  return { code: status ?? 1, output: `${stdout}${stderr}` }
}

function need(what: string, { code, output }: { code: number; output: string }): void {
  if (code !== 0) throw new Error(`${what}: ${output}`)
}

/** Tracked files only: what forge built before would be built again for another folder anyway. */
function copySources(): void {
  const files = run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], root)
    .output.split('\0')
    .filter(Boolean)
  for (const file of files) cpSync(join(root, file), join(copy, file), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
}

const table: Record<string, { steps: number | string; found: string }> = {}
try {
  copySources()
  for (const fault of asked.length > 0 ? asked : known) {
    const file = join(faults, `${fault}.patch`)
    need(`${fault} does not apply`, run('git', ['apply', '--unsafe-paths', file]))
    if (readFileSync(file, 'utf8').includes('+++ b/contracts/'))
      need('the contracts do not build', run('node', ['scripts/abi.ts']))
    const { code, output } = run('node', [
      'scripts/game.ts',
      '--first',
      '--no-oracle',
      '--steps',
      String(steps),
      '--seed',
      String(seed),
    ])
    const [, after, message] = /^after (\d+) steps: (.*)$/m.exec(output) ?? []
    table[fault] =
      code === 0 ? { steps: `> ${steps}`, found: 'nothing' } : { steps: Number(after), found: message ?? output.slice(-500) }
    console.error(`${fault}: ${table[fault].steps} steps: ${table[fault].found}`)
    need(`${fault} does not come out`, run('git', ['apply', '--unsafe-paths', '-R', file]))
  }
} finally {
  rmSync(copy, { recursive: true, force: true })
}
console.table(table)
if (Object.values(table).some(({ found }) => found === 'nothing')) process.exitCode = 1
