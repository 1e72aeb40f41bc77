/**
 * The model of the game, in full: random games of honest and Byzantine members and operators on the real contracts, with the rules of docs/protocol.md checked after
 * each step. A failure prints what repeats it.
 *
 *     npm run test:game
 *     node scripts/game.ts --steps 100000 --seed 7
 *     node scripts/game.ts --seed 7 --path 12:3 --replay AB:C
 */
import { randomInt } from 'node:crypto'
import { runGame } from '../test/game/run-game.ts'

function option(name: string): string | undefined {
  const at = process.argv.indexOf(name)
  return at < 0 ? undefined : process.argv[at + 1]
}

const steps = Number(option('--steps') ?? 20_000)
const seed = Number(option('--seed') ?? randomInt(2 ** 31))
const [path, replayPath] = [option('--path'), option('--replay')]
console.error(`seed ${seed}, ${steps} steps`)
const first = process.argv.includes('--first')
let over = false
// Asked to end: the game that is being played is the last one, and the figures are printed.
process.on('SIGTERM', () => (over = true))
const began = performance.now()
let told = began
const { stats, failure } = await runGame({
  seed,
  steps,
  first,
  oracle: !process.argv.includes('--no-oracle'),
  isOver: () => over,
  ...(path !== undefined && { path }),
  ...(replayPath !== undefined && { replayPath }),
  onGame({ steps: done, games, posted, liesPosted, liesProved }) {
    if (performance.now() - told < 10_000) return
    told = performance.now()
    const speed = Math.round((done * 1000) / (told - began))
    console.error(
      `${done} of ${steps} steps, ${games} games, ${posted} claims, ${liesProved} of ${liesPosted} lies proved, ${speed} steps/s`,
    )
  },
})
const { lost, lies, proofs, ...numbers } = stats
const byName = (map: Map<string, number>): Record<string, number> =>
  Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)))
console.table(byName(lies))
console.table(byName(proofs))
console.table(byName(lost))
console.log(JSON.stringify({ seed, seconds: Math.round((performance.now() - began) / 1000), ...numbers }))
if (failure) {
  console.error(failure.story.join('\n'))
  console.error(failure.counterexample)
  console.error(`after ${failure.steps} steps: ${failure.message}`)
  console.error(`node scripts/game.ts --seed ${failure.seed} --path ${failure.path} --replay ${failure.replayPath}`)
  process.exitCode = 1
}
process.exit()
