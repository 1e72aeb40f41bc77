/**
 * How evidence across rounds treats honest members, by simulation over verdicts that the lab recorded, and how long it takes with the lab's attackers. Writes two
 * tables of docs/robustness.md to stdout.
 *
 *     npm run sim:evidence
 *     node scripts/sim-evidence.ts --from FOLDER [--member-rounds 1000000] [--lifetime 100] [--block 10]
 *
 * `--from FOLDER` takes the verdicts of the `results.jsonl` there (cells without attack for the first table, with one for the second) and puts them into
 * bench/evidence-verdicts.json, which runs without it read.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { liveThrough, readResults, redraw } from '../src/lab/index.ts'
import { createRandom } from '../src/training/index.ts'
import type { Verdict } from '../src/protocol/index.ts'

interface Recorded {
  partition: string
  circumstance: string
  attack: string
  seed: number
  honest: string[]
  attackers: string[]
}

const file = join(import.meta.dirname, '../bench/evidence-verdicts.json')

function option(name: string): string | undefined {
  const at = process.argv.indexOf(name)
  return at < 0 ? undefined : process.argv[at + 1]
}

const from = option('--from')
if (from) {
  const results = await readResults(join(from, 'results.jsonl'))
  const recorded = [...results.values()].flatMap(({ cell, verdicts }): Recorded[] => {
    const { partition, circumstance, attack, seed } = cell
    return verdicts ? [{ partition, circumstance, attack, seed, ...verdicts }] : []
  })
  writeFileSync(file, `${JSON.stringify(recorded, null, 1)}\n`)
}
const recorded = JSON.parse(readFileSync(file, 'utf8')) as Recorded[]
const memberRounds = Number(option('--member-rounds') ?? 1_000_000)
const lifetime = Number(option('--lifetime') ?? 100)
const block = Number(option('--block') ?? 10)

const share = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(part === 0 ? 0 : 3)} %`
/** How many rounds had one of these verdicts. */
const countIn = (verdicts: string, wanted: string): number =>
  Array.from(verdicts).filter((verdict) => wanted.includes(verdict)).length
const groupsOf = (cells: readonly Recorded[], key: (cell: Recorded) => string): Map<string, Recorded[]> => {
  const groups = new Map<string, Recorded[]>()
  for (const cell of cells) groups.set(key(cell), [...(groups.get(key(cell)) ?? []), cell])
  return groups
}

const calm = recorded.filter(({ attack }) => attack === 'none')
const groups = groupsOf(calm, ({ circumstance, partition }) => `${partition} | ${circumstance}`)
const lives = Math.ceil(memberRounds / lifetime / groups.size)
const total = { lives: 0, rounds: 0, rejected: 0, quarantined: 0, slashable: 0 }
console.log(
  `| partition | circumstance | recorded members × rounds | rejected | worst member | lifetimes of ${lifetime} rounds | quarantined | slashable |`,
)
console.log('|---|---|---|---|---|---|---|---|')
for (const [key, cells] of groups) {
  const members = cells.flatMap(({ honest }) => honest).filter((verdicts) => verdicts.length > 0)
  const random = createRandom('evidence', key)
  const found = { rejected: 0, quarantined: 0, slashable: 0 }
  for (let life = 0; life < lives; life++) {
    const verdicts = members[life % members.length]!
    const { rejected, quarantines, slashable } = liveThrough(redraw(verdicts, lifetime, block, random))
    found.rejected += rejected
    found.quarantined += quarantines.length > 0 ? 1 : 0
    found.slashable += slashable > 0 ? 1 : 0
  }
  const rates = members.map((verdicts) => countIn(verdicts, '5') / verdicts.length)
  const worst = Math.max(...rates)
  const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length
  const longest = Math.max(...members.map(({ length }) => length))
  console.log(
    `| ${key} | ${members.length} × ${longest} | ${share(mean, 1)} | ${share(worst, 1)} | ${lives} | ${share(found.quarantined, lives)} | ${share(found.slashable, lives)} |`,
  )
  total.lives += lives
  total.rounds += lives * lifetime
  total.rejected += found.rejected
  total.quarantined += found.quarantined
  total.slashable += found.slashable
}
console.log(
  `| all | | | ${share(total.rejected, total.rounds)} | | ${total.lives} | ${share(total.quarantined, total.lives)} | ${share(total.slashable, total.lives)} |`,
)
console.log(
  `\n${total.rounds} member-rounds: ${total.quarantined} of ${total.lives} lifetimes quarantined, ${total.slashable} slashable.\n`,
)

const attacked = recorded.filter(({ attackers }) => attackers.length > 0)
if (attacked.length > 0) {
  console.log('| attack | partition | attackers | rounds refused | quarantined | first in round (median) |')
  console.log('|---|---|---|---|---|---|')
  for (const [key, cells] of groupsOf(attacked, ({ attack, partition }) => `${attack} | ${partition}`)) {
    const attackers = cells.flatMap((cell) => cell.attackers)
    const rounds = attackers.reduce((sum, { length }) => sum + length, 0)
    const refused = attackers.reduce((sum, verdicts) => sum + countIn(verdicts, '256'), 0)
    const first = attackers
      .map((verdicts) => liveThrough(Array.from(verdicts, (verdict) => Number(verdict) as Verdict)).quarantines[0])
      .filter((round) => round !== undefined)
      .sort((a, b) => a - b)
    const median = first[Math.floor((first.length - 1) / 2)]
    console.log(
      `| ${key} | ${attackers.length} | ${share(refused, rounds)} | ${first.length} of ${attackers.length} | ${median ?? '–'} |`,
    )
  }
}
