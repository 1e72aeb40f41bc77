// Runs mutated inputs through the decoders of everything that comes from outside: `npm run test:fuzz -- --decoder gossip --count 1000000`.
// Inputs are numbered, so a long run can be done in pieces: `--from`. What breaks a decoder is kept in test/fuzz/corpus, and `npm test` tries it again.
import { parseArgs } from 'node:util'
import { keepInput } from '../test/fuzz/corpus.ts'
import { runTarget } from '../test/fuzz/run-target.ts'
import { TARGETS } from '../test/fuzz/targets/index.ts'

const { values } = parseArgs({
  options: {
    decoder: { type: 'string', multiple: true },
    count: { type: 'string', default: '10000000' },
    from: { type: 'string', default: '0' },
    seed: { type: 'string', default: '1' },
    minutes: { type: 'string' },
    'slow-ms': { type: 'string', default: '1000' },
    list: { type: 'boolean', default: false },
  },
})
/** Different failures of one decoder that are kept in one run. */
const KEPT = 8

const wanted = values.decoder ?? TARGETS.map(({ name }) => name)
const unknown = wanted.filter((name) => !TARGETS.some((target) => target.name === name))
if (unknown.length > 0 || values.list) {
  if (unknown.length > 0) console.error(`no decoder ${unknown.join(', ')}; there are:`)
  for (const { name } of TARGETS) console.log(name)
  process.exit(unknown.length > 0 ? 2 : 0)
}
const [seed, count, from, slowMs] = [values.seed, values.count, values.from, values['slow-ms']].map(Number) as [
  number,
  number,
  number,
  number,
]
/** Time for each decoder, ms. */
const time = values.minutes === undefined ? Infinity : (Number(values.minutes) * 60_000) / wanted.length

// Most inputs end in an error, and the stack is most of its price.
Error.stackTraceLimit = 0

let failed = 0
for (const name of wanted) {
  const target = TARGETS.find((one) => one.name === name)!
  const started = performance.now()
  const seen = new Map<string, number>()
  const progress = (done: number): void => {
    const rate = Math.round((done / (performance.now() - started)) * 1000)
    if (process.stderr.isTTY) process.stderr.write(`\r${name}: ${done} of ${count}, ${rate}/s, ${seen.size} failures `)
  }
  const { done, slowest } = await runTarget(target, {
    seed,
    from,
    count,
    slowMs,
    until: () => performance.now() - started > time,
    onProgress: progress,
    onFailure: ({ number, input, error }) => {
      const kind = String(error).replaceAll(/\d+/g, 'N').slice(0, 200)
      const times = seen.get(kind) ?? 0
      seen.set(kind, times + 1)
      if (times > 0 || seen.size > KEPT) return
      console.error(`\n${name} input ${number} (${input.length} bytes): ${String(error)}`)
      console.error(`kept in ${keepInput(name, input)}; \`npx vitest run test/fuzz\` shows where it broke`)
    },
  })
  const seconds = (performance.now() - started) / 1000
  const failures = [...seen.values()].reduce((sum, times) => sum + times, 0)
  failed += failures
  if (process.stderr.isTTY) process.stderr.write('\r')
  console.log(
    `${name}: inputs ${from} to ${from + done - 1} of seed ${seed}, ${Math.round(done / seconds)}/s, slowest ${slowest.toFixed(1)} ms, ${failures} failures of ${seen.size} kinds`,
  )
}
process.exit(failed > 0 ? 1 : 0)
