/**
 * Soundness and completeness of the judge. Random rounds on the real round machine, with Byzantine members that sign anything and hold back anything;
 * against each honest claim every kind of proof, and those of a watcher that knows every statement ever made; against each claim two lies, one of a cell of the
 * table in docs/judge.md. TypeScript builds the proofs and the contracts judge them in forge.
 *
 *     npm run test:judge
 *     node scripts/judge-fuzz.ts --rounds 10000 --from 50000 --workers 8
 *
 * The last line of stdout is the summary as JSON. The exit code is 1 unless `honestRefused`, `honestSlashed` and `unprovedLies` are all 0.
 */
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { addTally, emptyTally, holds } from '../test/support/judge/fuzz/tally.ts'
import type { Tally } from '../test/support/judge/fuzz/tally.ts'
import { buildContracts } from './build-contracts.ts'

function option(name: string, fallback: number): number {
  const at = process.argv.indexOf(name)
  return at < 0 ? fallback : Number(process.argv[at + 1])
}

const [rounds, from, size] = [option('--rounds', 2_400), option('--from', 1000), option('--batch', 100)]
const workers = Math.min(option('--workers', availableParallelism()), Math.ceil(rounds / size))
const started = performance.now()
const total = emptyTally()

// A filtered `forge test` compiles only what it needs, and the tests deploy artifacts.
const built = buildContracts()
if (built !== 0) process.exit(built)

let next = 0
await Promise.all(Array.from({ length: workers }, (_, id) => work(id)))

/** Hands batches to one thread until none is left. */
async function work(id: number): Promise<void> {
  const thread = new Worker(new URL('../test/support/judge/fuzz/worker.ts', import.meta.url))
  while (next < rounds) {
    const at = next
    next += size
    // Not below out/judge: forge keeps artifacts of contracts/judge there, and would build everything again after each batch.
    const batch = { from: from + at, rounds: Math.min(size, rounds - at), folder: `judge-cases-${id}` }
    // Ends with the thread's error too.
    const answered = once(thread, 'message')
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    thread.postMessage(batch)
    const [answer] = (await answered) as [{ tally?: Tally; error?: string }]
    if (!answer.tally) {
      console.error(answer.error)
      process.exit(1)
    }
    addTally(total, answer.tally)
    const rate = (total.rounds / (performance.now() - started)) * 1000
    console.error(`${total.rounds} of ${rounds} rounds, ${rate.toFixed(1)} a second, ${total.alarms.length} alarms`)
  }
  await thread.terminate()
}

const sorted = <T>(table: Record<string, T>): [string, T][] => Object.entries(table).sort(([a], [b]) => a.localeCompare(b))
const { kinds, told, said, alarms, ...summary } = total
console.table(Object.fromEntries(sorted(kinds).map(([kind, [honest, lies]]) => [kind, { honest, lies }])))
console.table(Object.fromEntries(sorted(told)))
console.table(Object.fromEntries(sorted(said)))
for (const line of alarms) console.error(line)
console.log(JSON.stringify({ ...summary, seconds: Math.round((performance.now() - started) / 1000) }))
if (!holds(total)) process.exitCode = 1
