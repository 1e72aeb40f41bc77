import { parseArgs } from 'node:util'
import { simulate } from '../test/sim/run.ts'
import { FAULTS } from '../test/sim/world.ts'

/**
 * Plays random games over the pure parts of a node: `npm run test:sim -- --minutes 10 --seed 7`. With `--fault lost` a fault is put back, and the
 * figure is how long the rules take to find it.
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '1' },
    fault: { type: 'string' },
  },
})
const fault = FAULTS.find((one) => one === values.fault)
if (values.fault !== undefined && !fault) {
  process.stderr.write(`no such fault: ${values.fault}; there are ${FAULTS.join(', ')}\n`)
  process.exit(2)
}
const started = performance.now()
const seconds = Number(values.minutes) * 60
const result = simulate({
  seed: Number(values.seed),
  games: Number.MAX_SAFE_INTEGER,
  seconds,
  ...(fault && { fault }),
  onProgress: ({ games, steps }) => process.stderr.write(`\r${games} games, ${steps.toLocaleString('en')} steps`),
})
process.stderr.write('\n')
const { games, steps, events, violation } = result
const perMinute = Math.round((steps / (performance.now() - started)) * 60_000)
process.stdout.write(`${JSON.stringify({ seed: Number(values.seed), games, steps, perMinute, events })}\n`)
if (violation) {
  process.stdout.write(`after ${violation.stepsBefore} steps: ${violation.message}\n${JSON.stringify(violation.moves)}\n`)
  process.exitCode = fault ? 0 : 1
} else if (fault) {
  process.stdout.write(`the rules did not find ${fault}\n`)
  process.exitCode = 1
}
