/**
 * Whether chaos finds what was once wrong: puts each patch of test/chaos/regressions into a copy of the sources and runs the schedule that its line `run:`
 * asks for, until something is violated. Prints after how many seconds that was.
 *
 *     node scripts/chaos-regressions.ts
 *     node scripts/chaos-regressions.ts evidence reorg --seed 5
 */
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { PatchedCopy } from '../test/support/patched-copy.ts'

const folder = join(import.meta.dirname, '../test/chaos/regressions')
const known = readdirSync(folder)
  .filter((file) => file.endsWith('.patch'))
  .map((file) => basename(file, '.patch'))
const at = process.argv.indexOf('--seed')
const seed = at < 0 ? '1' : process.argv[at + 1]!
const asked = process.argv.slice(2).filter((_, place) => at < 0 || (place !== at - 2 && place !== at - 1))
const unknown = asked.filter((name) => !known.includes(name))
if (unknown.length > 0) throw new Error(`no patch is called ${unknown.join(', ')}; there are ${known.join(', ')}`)
const table: Record<string, { seconds: number | string; found: string }> = {}
using copy = new PatchedCopy()
for (const name of asked.length > 0 ? asked : known) {
  const file = join(folder, `${name}.patch`)
  const args = /^run: (.*)$/m.exec(readFileSync(file, 'utf8'))?.[1]?.split(' ')
  if (!args) throw new Error(`${file} has no line "run: …"`)
  const { code, output } = copy.with(file, () => copy.run('node', ['scripts/chaos.ts', '--first', '--seed', seed, ...args]))
  const [, after, found] = /^ {2}after (\d+) s, (.*)$/m.exec(output) ?? []
  table[name] = code === 0 ? { seconds: '–', found: 'nothing' } : { seconds: Number(after), found: found ?? output.slice(-500) }
  console.error(`${name}: ${table[name].seconds} s: ${table[name].found}`)
}
console.table(table)
if (Object.values(table).some(({ found }) => found === 'nothing')) process.exitCode = 1
