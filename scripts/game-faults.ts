/**
 * Whether the game finds what was once wrong: puts each fault of test/game/faults into a copy of the sources, builds it, and plays until a rule does not hold. Prints
 * after how many steps that was. The oracle of the ledger is left out: what the fault does to the players has to show it.
 *
 *     node scripts/game-faults.ts
 *     node scripts/game-faults.ts C2 R8 --steps 20000 --seed 5
 */
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { PatchedCopy } from '../test/support/patched-copy.ts'

const faults = join(import.meta.dirname, '../test/game/faults')
const known = readdirSync(faults).map((file) => basename(file, '.patch'))

function option(name: string, fallback: number): number {
  const at = process.argv.indexOf(name)
  return at < 0 ? fallback : Number(process.argv[at + 1])
}

const [steps, seed] = [option('--steps', 20_000), option('--seed', 1)]
const asked = process.argv.slice(2).filter((name) => known.includes(name))
const table: Record<string, { steps: number | string; found: string }> = {}
using copy = new PatchedCopy()
for (const fault of asked.length > 0 ? asked : known) {
  const file = join(faults, `${fault}.patch`)
  const { code, output } = copy.with(file, () => {
    if (readFileSync(file, 'utf8').includes('+++ b/contracts/'))
      copy.need('the contracts do not build', 'node', ['scripts/abi.ts'])
    const args = ['--first', '--no-oracle', '--steps', String(steps), '--seed', String(seed)]
    return copy.run('node', ['scripts/game.ts', ...args])
  })
  const [, after, message] = /^after (\d+) steps: (.*)$/m.exec(output) ?? []
  table[fault] =
    code === 0 ? { steps: `> ${steps}`, found: 'nothing' } : { steps: Number(after), found: message ?? output.slice(-500) }
  console.error(`${fault}: ${table[fault].steps} steps: ${table[fault].found}`)
}
console.table(table)
if (Object.values(table).some(({ found }) => found === 'nothing')) process.exitCode = 1
